using System.Security.Cryptography;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

/// <summary>What only a CAR can have wrong with it.</summary>
internal static class CarFaults
{
    private static readonly byte[] Garbage = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 31 + 0x83))];

    private static readonly Block[] Unrelated = [.. Enumerable.Range(0, 5).Select(i => new byte[1000 + i]).Select(b => new Block(Cid.V1(Cid.Raw, SHA256.HashData(b)), b))];

    public static IReadOnlyList<Fault> All { get; } =
    [
        Of("CAR with garbage after some blocks", (c, root, blocks) => c.Answer.WithBody([.. c.Answer.WithCar(root, [.. blocks.Take(blocks.Count / 2)]).Body, Garbage])) with { Varies = true },
        Of("CAR cut off between two blocks", (c, root, blocks) => c.Answer.WithCar(root, [.. blocks.Take(blocks.Count / 2)])) with { Varies = true },
        Of("CAR without one of the blocks", (c, root, blocks) => c.Answer.WithCar(root, [.. blocks.Where((_, i) => i != blocks.Count / 2)])) with { Varies = true },
        Of("CAR with a length of 2^62", (c, root, blocks) => c.Answer.WithBody([.. c.Answer.WithCar(root, [.. blocks.Take(blocks.Count / 2)]).Body, UpstreamAnswer.Varint(1UL << 62), Garbage])) with { Varies = true },
        Of("CAR with another root in its header", (c, _, blocks) => c.Answer.WithCar(Unrelated[0].Cid, blocks)),
        Of("CAR in the order of breadth", (c, root, blocks) => Unordered(c.Answer.WithCar(root, ByBreadth(blocks)))),
        Of("CAR in reverse order", (c, root, blocks) => Unordered(c.Answer.WithCar(root, [.. blocks.Reverse()]))),
        Of("CAR with every block twice", (c, root, blocks) => c.Answer.WithCar(root, [.. blocks.SelectMany(b => new[] { b, b })]).With("Content-Type", "application/vnd.ipld.car; version=1; order=dfs; dups=y")) with { Harmless = true },
        Of("CAR with blocks that nobody asked for", (c, root, blocks) => c.Answer.WithCar(root, [.. blocks.SelectMany((b, i) => i < Unrelated.Length ? new[] { Unrelated[i], b } : [b])])) with { Harmless = true },
    ];

    private static Fault Of(string name, Func<FaultContext, Cid, IReadOnlyList<Block>, UpstreamAnswer> wrong) =>
        new(name, c => c.Answer.Car is var (root, blocks) ? wrong(c, root, blocks) with { HasLength = c.Answer.HasLength } : c.Answer) { Ways = Ways.Car };

    private static UpstreamAnswer Unordered(UpstreamAnswer answer) => answer.With("Content-Type", "application/vnd.ipld.car; version=1; order=unk; dups=n");

    /// <summary>Every parent still comes before its children.</summary>
    private static Block[] ByBreadth(IReadOnlyList<Block> blocks)
    {
        var depth = new Dictionary<Cid, int>();
        foreach (var block in blocks)
        {
            var own = depth.GetValueOrDefault(block.Cid);
            foreach (var link in block.Cid.Codec == Cid.DagPb ? DagPbNode.Decode(block.Bytes).Links : [])
                depth.TryAdd(link.Cid, own + 1);
        }
        return [.. blocks.OrderBy(b => depth.GetValueOrDefault(b.Cid))];
    }
}
