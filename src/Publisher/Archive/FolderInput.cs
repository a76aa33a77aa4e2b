using System.Formats.Tar;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>A folder, which is read as an archive of it would be: an OCI image layout, or what <c>skopeo copy … dir:</c> writes.</summary>
internal sealed class FolderInput(string folder) : IInput
{
    /// <summary>Layouts are two folders deep.</summary>
    private const int MaxDepth = 8;

    /// <summary>Where one of these is, the rest is the image's.</summary>
    private static readonly string[] Marks = ["index.json", "manifest.json", "repositories"];

    /// <exception cref="PublisherException">A file cannot be read, or leads out of the folder.</exception>
    public async Task ReadAsync(MemberReader members, ArchiveContents contents, CancellationToken cancel)
    {
        if (!Array.Exists(Marks, mark => File.Exists(Path.Combine(folder, mark))))
            throw new PublisherException($"{folder} is a folder without an image: it has none of {string.Join(", ", Marks)}", "name an OCI image layout, or a folder that 'skopeo copy … dir:' wrote");
        try
        {
            await ReadAsync(new DirectoryInfo(folder), "", MaxDepth, members, contents, cancel).ConfigureAwait(false);
        }
        catch (EndOfStreamException e)
        {
            throw new PublisherException($"a file of {folder} changed while it was read", "is something else writing there?", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PublisherException($"{folder} cannot be read: {Printable.Text(e.Message)}", "may you read all of it?", e);
        }
    }

    public void Dispose() { }

    private static async Task ReadAsync(DirectoryInfo folder, string path, int depth, MemberReader members, ArchiveContents contents, CancellationToken cancel)
    {
        if (depth == 0)
            throw new PublisherException($"'{Printable.Text(path)}' is a folder deeper than an image has any", "name the folder that holds the image's index.json or manifest.json");
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            members.Count();
            var name = path + entry.Name;
            if (entry.LinkTarget is { } target)
                contents.Add(name, new Member.Link(MemberPath.ResolveLink(name, target)));
            else if (entry is DirectoryInfo below)
                await ReadAsync(below, name + "/", depth - 1, members, contents, cancel).ConfigureAwait(false);
            else if (await ReadFileAsync((FileInfo)entry, name, members, cancel).ConfigureAwait(false) is { } member)
                contents.Add(name, member);
        }
    }

    private static async Task<Member?> ReadFileAsync(FileInfo file, string name, MemberReader members, CancellationToken cancel)
    {
        if (file.Length == 0 && !IsFile(file))
            throw new PublisherException($"'{Printable.Text(name)}' in the folder is no file, and not a folder or a link either", "name the folder that holds the image alone");
        await using var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return await members.ReadAsync(name, content, content.Length, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// To open a fifo waits for whoever writes to it, and a device may have no end. Only the tar writer of the platform
    /// looks at what a thing is; it has no name for sockets.
    /// </summary>
    private static bool IsFile(FileInfo file)
    {
        using var header = new MemoryStream();
        try
        {
            using var tar = new TarWriter(header, TarEntryFormat.Pax, leaveOpen: true);
            tar.WriteEntry(file.FullName, "file");
        }
        catch (IOException)
        {
            return false;
        }
        header.Position = 0;
        using var written = new TarReader(header);
        return written.GetNextEntry() is { EntryType: TarEntryType.RegularFile };
    }
}
