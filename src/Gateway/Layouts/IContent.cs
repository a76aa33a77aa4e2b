using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>Where a repository's bytes lie: in the store, with upstreams as blocks, or with upstreams as plain paths.</summary>
internal interface IContent
{
    /// <summary>What it takes in memory, about.</summary>
    long Bytes { get; }

    /// <summary>Every manifest that is known to lie here.</summary>
    IEnumerable<Digest> Manifests { get; }

    /// <returns>The manifest's bytes, not yet checked against the digest, or null where the repository has none of it.</returns>
    ValueTask<byte[]?> ReadManifestAsync(Digest digest, int maxBytes, CancellationToken cancel);

    /// <returns>A configuration or layer (or a manifest, which some clients look for among the blobs), or null.</returns>
    ValueTask<(IBody Body, long Size)?> OpenBlobAsync(Digest digest, Wanted part, CancellationToken cancel);
}
