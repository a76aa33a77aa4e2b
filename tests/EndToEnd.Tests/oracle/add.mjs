// Prints "CID path" for every file and folder of a folder, the root last, as `ipfs add -r --only-hash` would.
// usage: node -r ./polyfill.cjs add.mjs FOLDER
import fs from 'node:fs'
import path from 'node:path'
import { MemoryBlockstore } from 'blockstore-core'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'

const options = {
  cidVersion: 0,
  rawLeaves: false,
  reduceSingleLeafToSelf: true,
  chunker: fixedSize({ chunkSize: 262144 }),
  layout: balanced({ maxChildrenPerNode: 174 }),
  shardSplitThresholdBytes: 262144
}

function * files (folder, name) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const [file, inside] = [path.join(folder, entry.name), `${name}/${entry.name}`]
    if (entry.isDirectory()) yield * files(file, inside)
    else yield { path: inside, content: fs.createReadStream(file) }
  }
}

for await (const entry of importer(files(process.argv[2], 'root'), new MemoryBlockstore(), options)) {
  console.log(`${entry.cid} ${entry.path}`)
}
