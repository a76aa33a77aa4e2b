using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Store;

/// <summary>
/// The embedded store: a folder that any number of processes share without a daemon.
/// <code>
/// blobs/sha256/&lt;hex&gt;      every layer, configuration and manifest, once, whatever number of roots hold it
/// roots/&lt;cid&gt;.car         one root: its directories, the inner nodes of its files, its files that are no blobs, and
///                         which blobs the others are, where their names do not say it (BlobMap)
/// staging/&lt;random&gt;/       one running publish; its "lock" is held while that process lives
/// lock                    held while names change: a commit's renames, a collection's deletions
/// </code>
/// A root appears by one rename after its blobs are there, so a reader sees all of it or nothing. A publish works in its
/// staging folder alone until then: whenever it is killed, the store is as it was, and the next one sweeps the folder.
/// </summary>
public sealed class LocalStore(string folder)
{
    /// <summary>The environment variable that names the store's folder in both programs.</summary>
    public const string Variable = "IMAGE2IPFS_STORE";

    public string Folder { get; } = Path.GetFullPath(folder);

    private string RootsFolder => Path.Combine(Folder, "roots");

    private string StagingFolder => Path.Combine(Folder, "staging");

    private string LockFile => Path.Combine(Folder, "lock");

    /// <summary>The folder of <see cref="Variable"/>, else <c>image2ipfs</c> in the user's data folder (XDG).</summary>
    public static string DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return named;
        // .NET follows XDG_DATA_HOME only if it is absolute, as the XDG specification says.
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(data.Length > 0 ? data : Path.GetTempPath(), "image2ipfs");
    }

    /// <summary>Where the blob lies, if it is there. Only sha256 blobs are kept.</summary>
    public string BlobFile(Digest digest) => Path.Combine(Folder, "blobs", digest.Algorithm, digest.Hex);

    /// <summary>The blob, open for reading: removed meanwhile, it can be read to its end.</summary>
    /// <returns>The file, which the caller disposes, or null where the store has no such blob.</returns>
    public SafeFileHandle? OpenBlob(Digest digest)
    {
        try
        {
            return File.OpenHandle(BlobFile(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Where the root lies, if it is there.</summary>
    public string RootFile(Cid root) => Path.Combine(RootsFolder, root + ".car");

    /// <summary>Every root, in the order of their names. A file that is named for no root is none.</summary>
    public IReadOnlyList<Cid> Roots() => [.. RootNames().Select(ParseRootName).OfType<Cid>()];

    /// <summary>Whether there is any root, without reading all their names.</summary>
    /// <returns>Null where nothing was ever put into the store.</returns>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public bool? HasRoots()
    {
        try
        {
            return Directory.EnumerateFiles(RootsFolder, "*.car").Any();
        }
        catch (DirectoryNotFoundException) when (!File.Exists(RootsFolder))
        {
            return null;
        }
    }

    /// <summary>When a root was last added or removed, as finely as the file system's clock ticks.</summary>
    public DateTime RootsChanged => Directory.GetLastWriteTimeUtc(RootsFolder);

    private IEnumerable<string> RootNames() =>
        Directory.Exists(RootsFolder)
            ? Directory.EnumerateFiles(RootsFolder, "*.car").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)
            : [];

    private static Cid? ParseRootName(string name) => Cid.TryParse(name, out var cid) && cid.ToString() == name ? cid : null;

    /// <summary>The CID under which the store has the root: the one asked for, or its other version.</summary>
    public Cid? Find(Cid root) => new[] { root, root.ToV0(), root.ToV1() }.FirstOrDefault(cid => cid is not null && File.Exists(RootFile(cid)));

    /// <returns>The root, or null where the store has none of this name.</returns>
    /// <exception cref="InvalidDataException">Its file is damaged.</exception>
    public StoredRoot? Open(Cid root)
    {
        if (Find(root) is not { } found)
            return null;
        try
        {
            return StoredRoot.Read(this, found, File.ReadAllBytes(RootFile(found)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // removed since
        }
    }

    /// <summary>Begins a publish, and sweeps what killed ones left.</summary>
    public Staging Stage(CidProfile profile)
    {
        Directory.CreateDirectory(StagingFolder);
        using (StoreLock.Acquire(LockFile))
        {
            Sweep();
            var folder = Directory.CreateDirectory(Path.Combine(StagingFolder, Path.GetRandomFileName())).FullName;
            return new Staging(this, profile, folder, StoreLock.Acquire(Path.Combine(folder, "lock")));
        }
    }

    /// <summary>Ends a publish, committed or not.</summary>
    internal void End(string stagingFolder, FileStream held)
    {
        // Under the lock, or a sweep could meet a folder that is half deleted.
        using (StoreLock.Acquire(LockFile))
        {
            Directory.Delete(stagingFolder, recursive: true);
            held.Dispose();
        }
    }

    /// <summary>Renames a publish's blobs into their places, then its root.</summary>
    /// <returns>The blobs that the store did not have.</returns>
    internal IReadOnlyList<StagedBlob> Commit(Cid root, string carFile, IEnumerable<StagedBlob> blobs)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(BlobFile(Schema1.EmptyLayerDigest))!);
        Directory.CreateDirectory(RootsFolder);
        var added = new List<StagedBlob>();
        using (StoreLock.Acquire(LockFile))
        {
            foreach (var blob in blobs)
            {
                // The new file takes the old one's place: a power cut or a bad disk may have damaged that.
                var there = new FileInfo(BlobFile(blob.Digest));
                if (!there.Exists || there.Length != blob.Size)
                    added.Add(blob);
                File.Move(blob.File, there.FullName, overwrite: true);
            }
            File.Move(carFile, RootFile(root), overwrite: true);
        }
        return added;
    }

    /// <summary>
    /// Removes a root, and the blobs that no other root holds. Publishers wait for the moments that it takes; a reader
    /// that has a blob open keeps it to the end.
    /// </summary>
    /// <returns>The bytes of the blobs that were removed, or null where the store has no such root.</returns>
    /// <exception cref="InvalidDataException">A root is damaged, so that nobody can say what it holds: nothing was removed.</exception>
    public long? Remove(Cid root)
    {
        if (!Directory.Exists(RootsFolder))
            return null;
        using (StoreLock.Acquire(LockFile))
        {
            if (Find(root) is not { } found)
                return null;
            Sweep();
            // Which blobs the others hold is known before anything goes: a damaged root must not cost another its blobs.
            var held = new HashSet<Digest>();
            foreach (var name in RootNames())
            {
                var other = ParseRootName(name) ?? throw new InvalidDataException($"{name}.car is not named for a root");
                if (!other.Equals(found))
                    held.UnionWith(Open(other)?.Blobs.Keys ?? []);
            }
            File.Delete(RootFile(found));
            return Collect(held);
        }
    }

    private long Collect(HashSet<Digest> held)
    {
        var folder = new DirectoryInfo(Path.Combine(Folder, "blobs", "sha256"));
        long bytes = 0;
        foreach (var blob in folder.Exists ? folder.EnumerateFiles() : [])
        {
            if (!Digest.TryParse("sha256:" + blob.Name, out var digest) || held.Contains(digest))
                continue;
            bytes += blob.Length;
            blob.Delete();
        }
        return bytes;
    }

    /// <summary>Deletes the staging folders whose process has ended. Called with the lock held.</summary>
    private void Sweep()
    {
        if (!Directory.Exists(StagingFolder))
            return;
        foreach (var folder in Directory.EnumerateDirectories(StagingFolder))
        {
            using var held = StoreLock.TryAcquire(Path.Combine(folder, "lock"));
            if (held is not null)
                Directory.Delete(folder, recursive: true);
        }
    }
}
