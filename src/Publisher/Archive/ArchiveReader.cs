using System.Formats.Tar;
using Image2Ipfs.Publisher.Layers;
using SharpCompress.Common;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>
/// Reads an archive once, from front to back. Nothing is extracted: documents stay in memory, within bounds, and
/// layers go into the pipeline as they come.
/// </summary>
internal sealed class ArchiveReader(LayerPipeline pipeline, PublishProgress progress)
{
    /// <summary>Enough to see a compression's magic, a JSON's first brace and a tar's "ustar".</summary>
    private const int HeadBytes = 512;

    /// <summary>A document is a configuration or a list of layers: clients refuse more than some MiB.</summary>
    private const int MaxDocument = 8 * 1024 * 1024;

    private const int MaxDocuments = 64 * 1024 * 1024;
    private const int MaxMembers = 100_000;

    private long _documentBytes;

    /// <exception cref="PublisherException">The archive is cut off, damaged or hostile.</exception>
    public async Task<ArchiveContents> ReadAsync(Stream input, CancellationToken cancel)
    {
        var contents = new ArchiveContents();
        TarInput? tarInput = null;
        try
        {
            using var archive = ArchiveStream.Open(input);
            tarInput = new TarInput(archive, MaxDocument);
            using var tar = new TarReader(tarInput, leaveOpen: true);
            var members = 0;
            while (tar.GetNextEntry() is { } entry)
            {
                cancel.ThrowIfCancellationRequested();
                if (++members > MaxMembers)
                    throw PublisherException.BadArchive($"the archive has more than {MaxMembers} members");
                var path = MemberPath.Normalize(entry.Name);
                if (await ReadMemberAsync(path, entry, cancel).ConfigureAwait(false) is { } member)
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
        catch (Exception e) when (e is InvalidDataException or FormatException or SharpCompressException or ArgumentException or NotSupportedException or InvalidOperationException or IOException { InnerException: InvalidDataException })
        {
            throw new PublisherException($"this is not a readable archive: {Printable.Text(e.Message)}", "pass what 'docker save IMAGE' writes", e);
        }
        return contents;
    }

    private async Task<Member?> ReadMemberAsync(string path, TarEntry entry, CancellationToken cancel)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                return await ReadFileAsync(path, entry, cancel).ConfigureAwait(false);
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

    private async Task<Member?> ReadFileAsync(string path, TarEntry entry, CancellationToken cancel)
    {
        var content = entry.DataStream ?? Stream.Null;
        var head = new byte[HeadBytes];
        head = head[..content.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
        if (head.Length < Math.Min(HeadBytes, entry.Length))
            throw new EndOfStreamException();

        if (path.EndsWith("/VERSION", StringComparison.Ordinal) && entry.Length < HeadBytes)
            return null;
        if (ArchiveStream.Compression(head) is var compression && compression != CompressionType.None)
            return new Member.CompressedLayer(compression);
        if (LooksLikeJson(head) && entry.Length <= MaxDocument)
            return ReadDocument(path, head, content, entry.Length);

        progress.BeginLayer(path, entry.Length);
        return new Member.Layer(await pipeline.AddAsync(head, new Exactly(content, entry.Length - head.Length), cancel).ConfigureAwait(false));
    }

    private Member.Document ReadDocument(string path, byte[] head, Stream content, long length)
    {
        _documentBytes += length;
        if (_documentBytes > MaxDocuments)
            throw PublisherException.BadArchive($"the archive has more than {MaxDocuments / 1024 / 1024} MiB of JSON, up to '{Printable.Text(path)}'");
        var document = new byte[length];
        head.CopyTo(document, 0);
        content.ReadExactly(document.AsSpan(head.Length));
        return new Member.Document(document);
    }

    /// <summary>A tar whose first name begins with a brace has "ustar" in its place; JSON has not.</summary>
    private static bool LooksLikeJson(ReadOnlySpan<byte> head) =>
        head.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..] && !(head.Length > 262 && head[257..262].SequenceEqual("ustar"u8));

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
