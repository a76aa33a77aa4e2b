using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Output;
using Image2Ipfs.Publisher.Targets;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Image2Ipfs.Tree;

namespace Image2Ipfs.Publisher.Commands;

/// <summary>What can be done with the roots of a store.</summary>
internal static class StoreCommands
{
    /// <exception cref="PublisherException">Roots are damaged; the others were listed before.</exception>
    public static void List(LocalStore store, PullName pullName, bool json, Terminal terminal)
    {
        var damaged = 0;
        var roots = new List<(Cid Root, IReadOnlyList<string> PullNames)>();
        foreach (var cid in store.Roots())
        {
            try
            {
                if (store.Open(cid) is { } root)
                    roots.Add((cid, PullNames(root, pullName)));
            }
            catch (InvalidDataException e)
            {
                terminal.Info($"{cid}: {e.Message}");
                damaged++;
            }
        }
        if (json)
            terminal.Result(Json.Of(roots));
        else
            foreach (var line in roots.SelectMany(r => Lines(r.Root, r.PullNames)))
                terminal.Result(line);
        ThrowIfDamaged(damaged);
    }

    /// <exception cref="PublisherException">The store has no such root.</exception>
    public static void Remove(LocalStore store, Cid root, bool json, Terminal terminal)
    {
        var freed = store.Remove(root) ?? throw NotThere(store, root);
        if (json)
            terminal.Result(Json.OfRemoved(root, freed));
        terminal.Info($"removed {root}, {freed} bytes freed");
    }

    /// <summary>Checks every block and every blob of one root, or of all.</summary>
    /// <exception cref="PublisherException">Something is missing or damaged; all of it was reported before.</exception>
    public static void Verify(LocalStore store, Cid? root, bool json, Terminal terminal, CancellationToken cancel)
    {
        var verified = new List<(Cid Root, IReadOnlyList<string> Problems)>();
        foreach (var cid in root is null ? store.Roots() : [store.Find(root) ?? throw NotThere(store, root)])
        {
            var problems = RootVerifier.Verify(store, cid, cancel);
            foreach (var problem in problems)
                terminal.Info($"{cid}: {problem}");
            if (problems.Count == 0 && !json)
                terminal.Result($"{cid} ok");
            verified.Add((cid, problems));
        }
        if (json)
            terminal.Result(Json.OfVerified(verified));
        ThrowIfDamaged(verified.Count(v => v.Problems.Count > 0));
    }

    /// <exception cref="PublisherException">The store has no such root, or a target cannot take it.</exception>
    public static async Task ExportAsync(LocalStore store, Cid root, IReadOnlyList<ITarget> targets, bool json, Terminal terminal, CancellationToken cancel)
    {
        var stored = store.Open(root) ?? throw NotThere(store, root);
        var progress = new PublishProgress();
        // Targets block while they write.
        var work = Task.Run(() => Handover.SendAsync(stored, targets, progress, cancel), cancel);
        var deliveries = await terminal.WatchAsync(progress, work).ConfigureAwait(false);
        terminal.Info(deliveries);
        terminal.Result(json ? Json.Of(stored.Cid, deliveries) : stored.Cid.ToString());
    }

    public static void ShowCid(Cid cid, bool json, Terminal terminal)
    {
        if (json)
        {
            terminal.Result(Json.Of(cid));
            return;
        }
        // The oldest form first, where there is one: all of them name the same content.
        var oldest = cid.ToV0() ?? cid;
        string[] forms = [oldest.ToString(), oldest.ToRepositoryComponent(), cid.ToBase32(), cid.ToBase36(), cid.ToBase16()];
        foreach (var form in forms.Distinct())
            terminal.Result(form);
    }

    private static void ThrowIfDamaged(int damaged)
    {
        if (damaged > 0)
            throw new PublisherException($"{damaged} damaged root{(damaged == 1 ? "" : "s")}", "publish the image again: what is missing or damaged is written anew");
    }

    /// <summary>What stands for a root on stdout: what can be pulled of it, or its CID where that is nothing.</summary>
    public static IEnumerable<string> Lines(Cid root, IReadOnlyList<string> pullNames) => pullNames is [] ? [root.ToString()] : pullNames;

    /// <summary>What can be pulled of a root, as its indexes say.</summary>
    public static IReadOnlyList<string> PullNames(StoredRoot root, PullName pullName)
    {
        var names = new List<string>();
        foreach (var name in root.Repositories)
        {
            if (root.TryReadFile($"{name}/{TreePaths.Index}", ImageConfig.MaxBytes, out var index))
                names.AddRange(Index(index)
                    .Select(d => d.Name).Distinct()
                    .Select(t => Tag.TryParse(t, out var tag) ? tag : (Tag?)null).OfType<Tag>()
                    .Select(tag => pullName.Of(root.Cid, name, tag)));
        }
        return names;
    }

    /// <summary>The images of an index. A file of that name may be something else, in a tree that holds more than images.</summary>
    private static IEnumerable<Descriptor> Index(byte[] content)
    {
        try
        {
            return ImageIndex.Parse(content);
        }
        catch (FormatException)
        {
            return [];
        }
    }

    private static PublisherException NotThere(LocalStore store, Cid root) =>
        new($"{root} is not in the store {store.Folder}", "'image2ipfs list' shows what is");
}
