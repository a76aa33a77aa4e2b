using System.Formats.Tar;
using SharpCompress.Common;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>An archive, which is read once, from front to back.</summary>
internal sealed class ArchiveInput(Stream input) : IInput
{
    private const string NotSparse = "make the archive with a tar without --sparse (bsdtar: --no-read-sparse), or pass what 'docker save IMAGE' writes";

    /// <exception cref="PublisherException">The archive is cut off, damaged or hostile.</exception>
    public async Task ReadAsync(MemberReader members, ArchiveContents contents, CancellationToken cancel)
    {
        TarInput? tarInput = null;
        try
        {
            using var archive = ArchiveStream.Open(input);
            tarInput = new TarInput(archive, MemberReader.MaxDocument);
            using var tar = new TarReader(tarInput, leaveOpen: true);
            while (tar.GetNextEntry() is { } entry)
            {
                cancel.ThrowIfCancellationRequested();
                members.Count();
                var path = MemberPath.Normalize(entry.Name);
                if (IsSparse(entry))
                    throw new PublisherException($"the archive has '{Printable.Text(path)}' as a sparse file", NotSparse);
                if (await ReadMemberAsync(members, path, entry, cancel).ConfigureAwait(false) is { } member)
                    contents.Add(path, member);
            }
            Drain(tarInput);
        }
        catch (EndOfStreamException) when (tarInput is { IsEmpty: true })
        {
            // Nothing in it is what the caller says.
        }
        catch (Exception e) when (e is EndOfStreamException or IncompleteArchiveException)
        {
            throw new PublisherException("the archive is cut off", "was the program that wrote it interrupted? save the image again", e);
        }
        catch (NotSupportedException e)
        {
            throw new PublisherException($"the archive has a member of a kind that cannot be read: {Printable.Text(e.Message)}", NotSparse, e);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or SharpCompressException or ArgumentException or InvalidOperationException or OverflowException or IOException { InnerException: InvalidDataException })
        {
            throw new PublisherException($"this is not a readable archive: {Printable.Text(e.Message)}", "pass what 'docker save IMAGE' writes", e);
        }
    }

    public void Dispose() => input.Dispose();

    /// <summary>
    /// A sparse file's content is a map and what is no hole; its length is whatever the map says, so that a KiB can claim to
    /// be an EiB. No program that saves images writes one.
    /// </summary>
    private static bool IsSparse(TarEntry entry) =>
        entry is PaxTarEntry { ExtendedAttributes: var attributes } && attributes.Keys.Any(k => k.StartsWith("GNU.sparse.", StringComparison.Ordinal));

    private static async Task<Member?> ReadMemberAsync(MemberReader members, string path, TarEntry entry, CancellationToken cancel)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                return await members.ReadAsync(path, entry.DataStream ?? Stream.Null, entry.Length, cancel).ConfigureAwait(false);
            case TarEntryType.SymbolicLink:
                return new Member.Link(MemberPath.ResolveLink(path, entry.LinkName));
            case TarEntryType.HardLink:
                return new Member.Link(MemberPath.Normalize(entry.LinkName));
            case TarEntryType.Directory or TarEntryType.DirectoryList or TarEntryType.GlobalExtendedAttributes:
                return null;
            default:
                throw PublisherException.BadArchive($"the archive has '{Printable.Text(path)}' of type {entry.EntryType}, which no image archive holds");
        }
    }

    /// <summary>
    /// Reads what follows the tar's end, so that the writer of a pipe ends well and a compression's checksum is seen.
    /// tar pads to 10 KiB; of more than a MiB, no writer is waited for.
    /// </summary>
    private static void Drain(Stream archive)
    {
        var buffer = new byte[64 * 1024];
        for (var total = 0; total < 1024 * 1024;)
        {
            var read = archive.Read(buffer);
            if (read == 0)
                return;
            total += read;
        }
    }
}
