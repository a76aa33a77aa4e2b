using Image2Ipfs.Ipfs;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Store;

/// <summary>A root of an archive, and what came of it.</summary>
/// <param name="Root">Its CID.</param>
/// <param name="WasThere">The store had it.</param>
/// <param name="Added">The blobs that the store did not have.</param>
public sealed record ImportedRoot(Cid Root, bool WasThere, IReadOnlyList<StagedBlob> Added);

/// <summary>
/// Takes the roots of an archive into the store, all or none: what <c>--to car:</c> writes, or <c>ipfs dag export</c> of any
/// files or directories. Its blocks may come in any order; memory holds an index of them, and one block.
/// </summary>
public static class CarImport
{
    private const int MaxRoots = 256;

    /// <param name="store">Where they go.</param>
    /// <param name="archive">The archive, read once; many small reads come.</param>
    /// <param name="file">The same where it is a file, which is read again. Of what came through a pipe, the store's disk holds a copy until the end.</param>
    /// <param name="onRead">Takes the bytes of each block that was read.</param>
    /// <param name="cancel">Stops it; the store is as it was.</param>
    /// <exception cref="InvalidDataException">The archive is damaged, not whole, or holds something else; the store is as it was.</exception>
    public static IReadOnlyList<ImportedRoot> Run(LocalStore store, Stream archive, SafeFileHandle? file, Action<int> onRead, CancellationToken cancel)
    {
        var car = new CarStream(archive);
        if (car.Roots.Count > MaxRoots)
            throw new InvalidDataException($"it has {car.Roots.Count} roots");
        var roots = car.Roots.Distinct().Select(r => (Root: r, Known: Known(store, r))).ToList();
        var missing = roots.Where(r => r.Known is null).Select(r => r.Root).ToList();
        var added = missing.Count == 0 ? [] : Import(store, car, file, missing, onRead, cancel);
        return [.. roots.Select(r => new ImportedRoot(r.Known ?? r.Root, r.Known is not null, added.GetValueOrDefault(r.Root) ?? []))];
    }

    private static Dictionary<Cid, IReadOnlyList<StagedBlob>> Import(LocalStore store, CarStream car, SafeFileHandle? file, List<Cid> roots, Action<int> onRead, CancellationToken cancel)
    {
        var stagings = new List<Staging>();
        try
        {
            stagings.AddRange(roots.Select(root => store.Stage(CidProfile.Of(root))));
            using var blocks = ArchivedBlocks.Read(car, file, stagings[0].NewFile(), onRead, cancel);
            var trees = roots.Zip(stagings, (root, staging) => new ImportedTree(root, blocks, staging, cancel)).ToList();
            trees.ForEach(tree => tree.Stage());
            return roots.Zip(trees).ToDictionary(t => t.First, t => t.Second.Commit());
        }
        finally
        {
            stagings.ForEach(staging => staging.Dispose());
        }
    }

    /// <summary>The CID under which the store has the root, if it has all of it. What is damaged comes anew.</summary>
    private static Cid? Known(LocalStore store, Cid root)
    {
        try
        {
            return store.Open(root) is { } stored && stored.Blobs.All(b => new FileInfo(store.BlobFile(b.Key)) is { Exists: true } blob && blob.Length == stored.SizeOf(b.Value)) ? stored.Cid : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
