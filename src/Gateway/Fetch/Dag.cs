using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// Small things by path: directories, indexes, manifests. What is known is walked from the root down; where a block is missing,
/// the upstreams are asked, one CAR for the whole path or block by block. Nothing counts that does not hang on the root.
/// </summary>
internal sealed class Dag(BlockCache cache, Asking asking, ContentRules rules, Metrics metrics)
{
    /// <summary>Blocks of one small thing: a directory of 100 000 entries, a manifest of 8 MiB.</summary>
    private const long MaxBytes = 32 * 1024 * 1024;

    private readonly SingleFlight<IReadOnlyList<Block>> _asked = new(() => metrics.Joined("node"));

    /// <param name="root">Where the path begins.</param>
    /// <param name="path">Names with slashes between them; nothing for the root itself.</param>
    /// <returns>The entries of the directory there, or null where it is known that there is none.</returns>
    /// <exception cref="UpstreamsFailedException">Nobody gives it.</exception>
    public async Task<IReadOnlyList<DagLink>?> DirectoryAsync(Cid root, string path, CancellationToken cancel)
    {
        // A root may be a file as long as it likes: its first block says so.
        if (path.Length == 0 && !await WalkAsync(root, "", (cid, get) => IsDirectory(cid!, get), cancel, "block").ConfigureAwait(false))
            return null;
        return await WalkAsync<IReadOnlyList<DagLink>?>(root, path, (cid, get) => cid is not null && IsDirectory(cid, get) ? [.. DirectoryDag.Entries(cid, get)] : null, cancel).ConfigureAwait(false);
    }

    /// <returns>The link to what lies there, whose size is not known of a root, or null where it is known that there is nothing.</returns>
    /// <inheritdoc cref="DirectoryAsync"/>
    public Task<DagLink?> FindAsync(Cid root, string path, CancellationToken cancel)
    {
        if (path.Length == 0)
            return Task.FromResult<DagLink?>(new DagLink("", root, ulong.MaxValue));
        // Its directory is asked for, if it is not known: what lies there may be as long as it likes.
        var slash = path.LastIndexOf('/');
        return WalkAsync(root, path[..Math.Max(slash, 0)], (cid, get) => cid is not null && IsDirectory(cid, get) ? DirectoryDag.Find(cid, path[(slash + 1)..], get) : null, cancel);
    }

    /// <returns>The bytes of the file there, or null where it is known that there is none, or a longer one.</returns>
    /// <inheritdoc cref="DirectoryAsync"/>
    public Task<byte[]?> FileAsync(Cid root, string path, int maxBytes, CancellationToken cancel) =>
        WalkAsync(root, path, (cid, get) => cid is not null && IsFile(cid, maxBytes, get) ? UnixFsFile.Read(cid, get, maxBytes) : null, cancel);

    /// <summary>The first block of a file.</summary>
    /// <inheritdoc cref="DirectoryAsync"/>
    public Task<Block> BlockAsync(Cid cid, CancellationToken cancel) =>
        WalkAsync(cid, "", (_, get) => new Block(cid, get(cid)), cancel, "block");

    private async Task<T> WalkAsync<T>(Cid root, string path, Func<Cid?, Func<Cid, ReadOnlyMemory<byte>>, T> read, CancellationToken cancel, string scope = "entity")
    {
        var blocks = new Dictionary<Cid, ReadOnlyMemory<byte>>();
        while (true)
        {
            Cid missing;
            try
            {
                return read(Resolve(root, path, Get), Get);
            }
            catch (MissingBlockException e)
            {
                missing = e.Cid;
            }
            catch (InvalidDataException e)
            {
                // It hangs on the root, so every upstream would give the same.
                throw UpstreamsFailedException.WrongTree($"{root}/{path}", e);
            }
            var what = path.Length == 0 ? $"{root}" : $"{root}/{path}";
            PullCost.Current?.From(Origin.Upstream);
            foreach (var block in await _asked.RunAsync($"{what}?{scope}&{missing}", () => AskAsync(what, scope, missing), cancel).ConfigureAwait(false))
                blocks.TryAdd(block.Cid.ToV1(), block.Bytes);
        }

        ReadOnlyMemory<byte> Get(Cid cid)
        {
            // Nobody is asked for it, and what came with other blocks is not looked into.
            rules.Check(cid);
            // An upstream may spell a CID in its other version.
            var key = cid.ToV1();
            if (!blocks.TryGetValue(key, out var block))
                blocks[key] = block = cache.Get(cid) ?? throw new MissingBlockException(cid);
            return block;
        }
    }

    private async Task<IReadOnlyList<Block>> AskAsync(string what, string scope, Cid missing)
    {
        // For all who wait: none of them ends it. Patience does.
        var blocks = await asking.AskAsync(what, (u, c) => FetchAsync(u, what, scope, missing, c), u => u.Ways.Best != Way.Path, CancellationToken.None).ConfigureAwait(false);
        foreach (var block in blocks.Where(b => rules.Find(new Place(b.Cid, "")) is null))
            cache.Put(block);
        return blocks;
    }

    private static Cid? Resolve(Cid root, string path, Func<Cid, ReadOnlyMemory<byte>> get)
    {
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IsDirectory(root, get) || DirectoryDag.Find(root, name, get) is not { } entry)
                return null;
            root = entry.Cid;
        }
        return root;
    }

    private static bool IsDirectory(Cid cid, Func<Cid, ReadOnlyMemory<byte>> get) =>
        cid.Codec == Cid.DagPb && UnixFsData.Decode(DagPbNode.Decode(get(cid)).Data).Type is UnixFsType.Directory or UnixFsType.HamtShard;

    private static bool IsFile(Cid cid, int maxBytes, Func<Cid, ReadOnlyMemory<byte>> get)
    {
        if (cid.Codec == Cid.Raw)
            return get(cid).Length <= maxBytes;
        if (cid.Codec != Cid.DagPb)
            return false;
        var node = DagPbNode.Decode(get(cid));
        var data = UnixFsData.Decode(node.Data);
        return data.Type is UnixFsType.File or UnixFsType.Raw && UnixFsFile.ContentSize(cid, node.Links, data) <= maxBytes;
    }

    /// <returns>Verified blocks, the missing one among them.</returns>
    private static async Task<IReadOnlyList<Block>> FetchAsync(Upstream upstream, string path, string scope, Cid missing, CancellationToken cancel)
    {
        foreach (var way in upstream.Ways.Usable.Where(w => w is not Way.Path).ToList())
        {
            try
            {
                return way == Way.Car
                    ? await FetchCarAsync(upstream, path, scope, missing, cancel).ConfigureAwait(false)
                    : [await Trustless.GetBlockAsync(upstream, missing, cancel).ConfigureAwait(false)];
            }
            catch (UpstreamFault fault) when (fault.Kind == FaultKind.NotThisWay)
            {
                upstream.Ways.DidNotWork(way);
            }
        }
        throw new UpstreamFault(FaultKind.NotThisWay, "gives neither archives nor blocks");
    }

    private static async Task<IReadOnlyList<Block>> FetchCarAsync(Upstream upstream, string path, string scope, Cid missing, CancellationToken cancel)
    {
        using var body = await Trustless.GetCarAsync(upstream, $"/ipfs/{path}", $"&dag-scope={scope}", cancel).ConfigureAwait(false);
        using var car = new CarReader(body);
        var blocks = new List<Block>();
        // What is longer is not the upstream's fault: the blocks say so to who asked for them.
        while (car.Read <= MaxBytes && await car.NextAsync().ConfigureAwait(false) is { } block)
            blocks.Add(block with { Bytes = block.Bytes.ToArray() });
        return blocks.Exists(b => b.Cid.NamesSameAs(missing)) ? blocks : throw new UpstreamFault(FaultKind.Wrong, "left blocks out of its archive");
    }
}
