using System.Globalization;
using System.Text;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Store;

/// <summary>
/// Which blobs the files of a root are whose names do not say it, or say it wrongly: a raw block at the end of the root's
/// file, and the second root in its header. A tree that a publish makes has none.
/// <code>
/// map  := line+                                        sorted by their bytes, each file once
/// line := cid ' ' sha256 ' ' size [' ' leaves] '\n'    cid: the file's; sha256: 64 hexadecimal digits; size: in bytes
/// leaves := "mixed" | "raw"                            else they are plain (LeafKind)
/// </code>
/// </summary>
internal static class BlobMap
{
    private const int MaxBytes = 2 * 1024 * 1024;

    /// <exception cref="InvalidDataException">It would be no block of IPFS.</exception>
    public static Block Encode(IEnumerable<KeyValuePair<Cid, FileBlob>> files)
    {
        var text = new StringBuilder();
        foreach (var line in files.Select(f => Line(f.Key, f.Value)).Order(StringComparer.Ordinal))
            text.Append(line);
        var bytes = Encoding.ASCII.GetBytes(text.ToString());
        if (bytes.Length > MaxBytes)
            throw new InvalidDataException("it has too many files that are neither small nor named by their digest");
        return new Block(Cid.V1(Cid.Raw, System.Security.Cryptography.SHA256.HashData(bytes)), bytes);
    }

    /// <exception cref="InvalidDataException">It is no such map: every map has one spelling.</exception>
    public static Dictionary<Cid, FileBlob> Decode(ReadOnlySpan<byte> map)
    {
        var files = new Dictionary<Cid, FileBlob>();
        foreach (var line in Encoding.ASCII.GetString(map).Split('\n')[..^1])
        {
            if (line.Split(' ') is not [var text, var hex, var size, .. { Length: < 2 } leaves]
                || !Cid.TryParse(text, out var cid)
                || !Digest.TryParse("sha256:" + hex, out var digest)
                || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || KindOf(leaves.FirstOrDefault()) is not { } kind
                || !files.TryAdd(cid, new FileBlob(digest, length, kind)))
                throw Broken();
        }
        return files.Count > 0 && Encode(files).Bytes.Span.SequenceEqual(map) ? files : throw Broken();
    }

    private static string Line(Cid file, FileBlob blob) =>
        string.Create(CultureInfo.InvariantCulture, $"{file} {blob.Digest.Hex} {blob.Size}{Word(blob.Leaves)}\n");

    private static string Word(LeafKind leaves) => leaves switch
    {
        LeafKind.Mixed => " mixed",
        LeafKind.Raw => " raw",
        _ => "",
    };

    private static LeafKind? KindOf(string? word) => word switch
    {
        null => LeafKind.Plain,
        "mixed" => LeafKind.Mixed,
        "raw" => LeafKind.Raw,
        _ => null,
    };

    private static InvalidDataException Broken() => new("the map of its blobs cannot be read");
}
