using Image2Ipfs.Publisher.Layers;
using SharpCompress.Common;

namespace Image2Ipfs.Publisher.Archive;

/// <summary>
/// Finds out what a file of an archive is when it goes by. Nothing is extracted: documents stay in memory, within bounds,
/// and layers go into the pipeline as they come.
/// </summary>
internal sealed class MemberReader(LayerPipeline pipeline, PublishProgress progress)
{
    /// <summary>A document is a configuration or a list of layers: clients refuse more than some MiB.</summary>
    public const int MaxDocument = 8 * 1024 * 1024;

    /// <summary>Enough to see a compression's magic, a JSON's first brace and a tar's "ustar".</summary>
    private const int HeadBytes = 512;

    private const int MaxDocuments = 64 * 1024 * 1024;
    private const int MaxMembers = 100_000;

    private long _documentBytes;
    private int _members;

    /// <exception cref="PublisherException">No image has so many files.</exception>
    public void Count()
    {
        if (++_members > MaxMembers)
            throw PublisherException.BadArchive($"the archive has more than {MaxMembers} members");
    }

    /// <returns>The member, or null for one that nobody needs.</returns>
    /// <exception cref="EndOfStreamException">The content is shorter than that.</exception>
    public async Task<Member?> ReadAsync(string path, Stream content, long length, CancellationToken cancel)
    {
        var head = new byte[HeadBytes];
        head = head[..content.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
        if (head.Length < Math.Min(HeadBytes, length))
            throw new EndOfStreamException();

        if (path.EndsWith("/VERSION", StringComparison.Ordinal) && length < HeadBytes)
            return null;
        var compression = ArchiveStream.Compression(head);
        if (compression == CompressionType.None && LooksLikeJson(head) && length <= MaxDocument)
            return ReadDocument(path, head, content, length);

        progress.BeginLayer(path, length);
        var rest = new Exactly(content, length - head.Length);
        return compression == CompressionType.None
            ? new Member.Layer(await pipeline.AddAsync(head, rest, cancel).ConfigureAwait(false))
            : new Member.Kept(pipeline.Keep(head, rest, compression, cancel));
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
}
