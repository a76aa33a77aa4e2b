// Checks a CAR: one root, every block by its hash, everything below the root there and nothing else. Prints "CID path SHA-256"
// for every file below the root, then "CID root".
// usage: node -r ./polyfill.cjs read-car.mjs FILE
import crypto from 'node:crypto'
import fs from 'node:fs'
import { CarBlockIterator } from '@ipld/car'
import { MemoryBlockstore } from 'blockstore-core'
import { exporter } from 'ipfs-unixfs-exporter'
import { sha256 } from 'multiformats/hashes/sha2'

const car = await CarBlockIterator.fromIterable(fs.createReadStream(process.argv[2]))
const [root, ...others] = await car.getRoots()
if (others.length > 0) throw new Error('more than one root')

const blocks = new MemoryBlockstore()
const unread = new Set()
for await (const { cid, bytes } of car) {
  if (!Buffer.from((await sha256.digest(bytes)).digest).equals(Buffer.from(cid.multihash.digest))) throw new Error(`wrong bytes under ${cid}`)
  await blocks.put(cid, bytes)
  unread.add(cid.toString())
}

const store = { get: (cid, ...rest) => { unread.delete(cid.toString()); return blocks.get(cid, ...rest) } }
async function visit (cid, path) {
  const entry = await exporter(cid, store)
  if (entry.type === 'directory') {
    for await (const child of entry.entries()) await visit(child.cid, path ? `${path}/${child.name}` : child.name)
    return
  }
  const hash = crypto.createHash('sha256')
  for await (const chunk of entry.content()) hash.update(chunk)
  console.log(`${cid} ${path} ${hash.digest('hex')}`)
}
await visit(root, '')
if (unread.size > 0) throw new Error(`${unread.size} blocks are not below the root`)
console.log(`${root} root`)
