// Reads a file, or a range of it, from a trustless gateway, and believes nothing: as a CAR, every block by its hash, all that
// the file needs there and nothing else; then every block of it alone. Prints "CID BYTES SHA-256" of what was read, and the
// number of blocks.
// usage: node -r ./polyfill.cjs read-gateway.mjs GATEWAY CID[/PATH] [FROM TO]    TO is the last byte
import crypto from 'node:crypto'
import { CarBlockIterator } from '@ipld/car'
import { MemoryBlockstore } from 'blockstore-core'
import { exporter } from 'ipfs-unixfs-exporter'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

const [gateway, path, from, to] = process.argv.slice(2)

async function check (cid, bytes) {
  if (!Buffer.from((await sha256.digest(bytes)).digest).equals(Buffer.from(cid.multihash.digest))) throw new Error(`wrong bytes under ${cid}`)
}

async function get (address, type) {
  const response = await fetch(`${gateway}/ipfs/${address}`)
  if (response.status !== 200) throw new Error(`${address}: ${response.status} ${await response.text()}`)
  if (!response.headers.get('content-type').startsWith(type)) throw new Error(`${address}: ${response.headers.get('content-type')}`)
  return response
}

const range = from === undefined ? '' : `&entity-bytes=${from}:${to}`
const car = await CarBlockIterator.fromIterable((await get(`${path}?format=car&dag-scope=entity${range}`, 'application/vnd.ipld.car')).body)
const blocks = new MemoryBlockstore()
const unread = new Map()
for await (const { cid, bytes } of car) {
  await check(cid, bytes)
  await blocks.put(cid, bytes)
  unread.set(cid.toString(), bytes)
}
const all = new Map(unread)

const store = { get: (cid, ...rest) => { unread.delete(cid.toString()); return blocks.get(cid, ...rest) } }
const entry = await exporter(path, store)
const hash = crypto.createHash('sha256')
let length = 0
for await (const chunk of entry.content(range ? { offset: Number(from), length: Number(to) - Number(from) + 1 } : {})) {
  hash.update(chunk)
  length += chunk.length
}
if (unread.size > 0) throw new Error(`${unread.size} blocks are not of what was asked for`)

const roots = await car.getRoots()
if (roots.length !== 1 || !roots[0].equals(entry.cid)) throw new Error(`the CAR's roots are ${roots}`)

for (const [cid, bytes] of all) {
  const alone = new Uint8Array(await (await get(`${cid}?format=raw`, 'application/vnd.ipld.raw')).arrayBuffer())
  await check(CID.parse(cid), alone)
  if (!Buffer.from(alone).equals(Buffer.from(bytes))) throw new Error(`another block under ${cid}`)
}
console.log(`${entry.cid} ${length} ${hash.digest('hex')}`)
console.log(`${all.size}`)
