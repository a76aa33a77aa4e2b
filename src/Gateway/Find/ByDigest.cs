using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Cache;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.Find;

/// <summary>
/// What lies on this machine, by its digest alone: whoever asks for a digest gets the right bytes, whatever the name. The
/// store's blobs, those of the cache, and small ones that came as a block, whose CID is the digest in another spelling.
/// Where there are lists, only the store's, of roots that may be had: of the others nobody knows whose they are.
/// </summary>
internal sealed class ByDigest(LocalStore store, DiskCache disk, BlockCache blocks, ContentRules rules, Holders holders)
{
    /// <returns>The blob, or null where it is not here. The body is the caller's to dispose.</returns>
    public (IBody Body, long Size)? Open(Digest digest)
    {
        if (!MayBeHad(digest))
            return null;
        if (OpenFile(digest) is var (file, path, origin))
            return (new FileBody(file, origin, path), RandomAccess.GetLength(file));
        return Block(digest) is { } block ? (new MemoryBody(block), block.Length) : null;
    }

    /// <returns>The manifest and its type, or null where it is not here, or is damaged, or is something else than a manifest.</returns>
    public (byte[] Bytes, MediaType Form)? Manifest(Digest digest)
    {
        if (!MayBeHad(digest) || Read(digest) is not { } bytes || Digest.Sha256(bytes) != digest)
            return null;
        try
        {
            var form = Manifests.FormOf(bytes);
            return IsWhole(bytes, form) ? (bytes, form) : null;
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            return null;
        }
    }

    private bool MayBeHad(Digest digest) => digest.IsSha256 && (!rules.AreOn || holders.MayBeHad(digest));

    /// <exception cref="FormatException">It is none.</exception>
    private static bool IsWhole(byte[] bytes, MediaType form)
    {
        // Any JSON without a media type would pass for an OCI manifest.
        if (form.IsSchema1)
            return bytes.AsSpan().EndsWith("\n}"u8) && bytes.AsSpan().IndexOf("\"fsLayers\""u8) > 0;
        if (form.IsIndex)
            return ImageIndex.Parse(bytes) is not null;
        return (form == MediaType.OciManifest || form == MediaType.Schema2) && ImageManifest.Parse(bytes) is not null;
    }

    private byte[]? Read(Digest digest)
    {
        if (OpenFile(digest) is not var (open, _, origin))
            return Block(digest)?.ToArray();
        using var file = open;
        PullCost.Current?.From(origin);
        var length = RandomAccess.GetLength(file);
        if (length > Manifests.MaxBytes)
            return null;
        var bytes = new byte[length];
        return RandomAccess.Read(file, bytes, 0) == length ? bytes : null;
    }

    private (SafeFileHandle File, string Path, Origin Origin)? OpenFile(Digest digest) =>
        store.OpenBlob(digest) is { } own ? (own, store.BlobFile(digest), Origin.Store)
        : disk.OpenBlob(digest, out _, out var path) is { } cached ? (cached, path, Origin.Cache)
        : null;

    private ReadOnlyMemory<byte>? Block(Digest digest) => blocks.Get(Cid.V1(Cid.Raw, digest.ToHash()));
}
