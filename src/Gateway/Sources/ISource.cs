using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Sources;

/// <summary>
/// Where the bytes of roots lie: in the store, with upstreams as blocks, or with upstreams as plain paths. All throw
/// <see cref="UpstreamsFailedException"/> where the upstreams do not say, or what they prove is broken, and
/// <see cref="InvalidDataException"/> where the store is damaged.
/// </summary>
internal interface ISource
{
    /// <summary>Whether every answer hangs on the root's CID. Then directories can be listed too.</summary>
    bool IsProven { get; }

    /// <returns>False where it is known that nobody has the root, and nothing need be looked for below it.</returns>
    ValueTask<bool> HasAsync(Cid root, CancellationToken cancel);

    /// <returns>The names in a directory, or null: no directory lies there. Of a source that is not proven, always null.</returns>
    ValueTask<IReadOnlyList<string>?> ListAsync(Place directory, CancellationToken cancel);

    /// <param name="file">A small file that no digest names.</param>
    /// <param name="maxBytes">A longer one is another file than the one that is looked for.</param>
    /// <param name="fits">Whether the bytes can be what they are said to be: of a source that is not proven, another upstream is asked then.</param>
    /// <param name="cancel">The client's.</param>
    /// <returns>Its bytes, or null: no such file lies there.</returns>
    ValueTask<byte[]?> ReadAsync(Place file, int maxBytes, Func<byte[], bool> fits, CancellationToken cancel);

    /// <param name="file">A manifest.</param>
    /// <param name="maxBytes">A longer one is none.</param>
    /// <param name="digest">What it is asked for as; what comes from upstreams is checked by it.</param>
    /// <param name="cancel">The client's.</param>
    /// <returns>Its bytes, or null: no such file lies there.</returns>
    ValueTask<byte[]?> ReadAsync(Place file, int maxBytes, Digest digest, CancellationToken cancel);

    /// <param name="file">A file of any length.</param>
    /// <param name="digest">
    /// What the client asked for; a source that is not proven is checked by it alone. Null where the file is known to be something
    /// else: then nothing but what lies there is given, and only a source that is proven can.
    /// </param>
    /// <param name="part">How much of it is wanted.</param>
    /// <param name="size">Gives its length, as manifests say it, to a source that is not proven.</param>
    /// <param name="cancel">The client's.</param>
    /// <returns>The bytes, which the caller disposes, and their number, or null: no file lies there.</returns>
    ValueTask<(IBody Body, long Size)?> OpenAsync(Place file, Digest? digest, Wanted part, Func<Task<long?>> size, CancellationToken cancel);

    /// <summary>What to throw where something lies there, and is not what it has to be: whose fault it is hangs on where that is.</summary>
    Exception Broken(string problem);
}
