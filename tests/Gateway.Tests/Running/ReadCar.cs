using System.Security.Cryptography;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>An archive as a client reads it: every block is checked against its CID. It shares nothing with the library but the CID.</summary>
internal sealed record ReadCar(Cid Root, IReadOnlyList<(Cid Cid, byte[] Block)> Blocks)
{
    public IEnumerable<Cid> Cids => Blocks.Select(b => b.Cid);

    public static ReadCar Parse(byte[] car)
    {
        var at = 0;
        var header = Take(Number());
        // {"roots": [42(0x00 CID)], "version": 1}; a byte string says its length with its type where it is short.
        var tag = header.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xD8, 0x2A]);
        var (length, start) = header[tag + 2] == 0x58 ? (header[tag + 3], tag + 4) : (header[tag + 2] - 0x40, tag + 3);
        var root = new ReadOnlySpan<byte>(header, start + 1, length - 1);
        var blocks = new List<(Cid, byte[])>();
        var cid = Cid.Read(ref root);
        while (at < car.Length)
        {
            var section = Take(Number());
            ReadOnlySpan<byte> rest = section;
            var name = Cid.Read(ref rest);
            Assert.True(name.Hash.SequenceEqual(SHA256.HashData(rest)), $"block {name} is not what its name says");
            blocks.Add((name, rest.ToArray()));
        }
        return new ReadCar(cid, blocks);

        int Number()
        {
            var (value, shift) = (0, 0);
            for (; ; shift += 7)
            {
                value |= (car[at] & 0x7F) << shift;
                if (car[at++] < 0x80)
                    return value;
            }
        }

        byte[] Take(int length) => car[at..(at += length)];
    }

    /// <summary>The bytes of the file whose leaves these are, in their order.</summary>
    public byte[] Content(IEnumerable<Cid> leaves)
    {
        var byCid = Blocks.DistinctBy(b => b.Cid).ToDictionary(b => b.Cid, b => b.Block);
        using var content = new MemoryStream();
        foreach (var leaf in leaves)
            content.Write(leaf.Codec == Cid.Raw ? byCid[leaf] : UnixFsData.Decode(DagPbNode.Decode(byCid[leaf]).Data).Data.Span);
        return content.ToArray();
    }
}
