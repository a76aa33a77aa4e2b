using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Targets;

/// <summary>
/// The tree as plain files: every <c>&lt;name&gt;</c> folder is an OCI image layout, a web server can serve the whole, and
/// <c>ipfs add -r</c> of it gives the same root. The folder must be new or empty; it appears whole.
/// </summary>
internal sealed class FolderTarget(string folder) : ITarget
{
    public string Name => folder;

    public Task<Delivery> SendAsync(StoredRoot root, PublishProgress progress, CancellationToken cancel)
    {
        if (root.IsFile && root.TryGetBlob(root.Cid, out var digest, out _))
            throw new PublisherException($"{root.Cid} is one file, and no folder", $"copy {root.Store.BlobFile(digest)}, or write its blocks with --to car:FILE");
        progress.BeginSending(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), root.Files.Sum(f => root.SizeOf(f.Link)));
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var partial = $"{target}.{Path.GetRandomFileName()}.partial";
        try
        {
            if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
                throw new PublisherException($"{folder} is there already and is not an empty folder", "name a new folder, or remove that one");
            Directory.CreateDirectory(partial);
            foreach (var (path, link) in root.Files)
            {
                cancel.ThrowIfCancellationRequested();
                var file = Path.Combine(partial, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                root.CopyFile(link, file);
                progress.Sent(root.SizeOf(link));
            }
            if (Directory.Exists(target))
                Directory.Delete(target);
            Directory.Move(partial, target);
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
        return Task.FromResult(new Delivery($"dir:{folder}"));
    }
}
