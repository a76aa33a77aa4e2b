using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>A source of which nothing is asked whose path or digest may not be had. What CIDs lie on the way there, the source itself sees.</summary>
internal sealed class RuledSource(ISource source, ContentRules rules) : ISource
{
    public bool IsProven => source.IsProven;

    public ValueTask<bool> HasAsync(Cid root, CancellationToken cancel)
    {
        rules.Check(root);
        return source.HasAsync(root, cancel);
    }

    public ValueTask<IReadOnlyList<string>?> ListAsync(Place directory, CancellationToken cancel)
    {
        Check(directory);
        return source.ListAsync(directory, cancel);
    }

    public ValueTask<byte[]?> ReadAsync(Place file, int maxBytes, Func<byte[], bool> fits, CancellationToken cancel)
    {
        Check(file);
        return source.ReadAsync(file, maxBytes, fits, cancel);
    }

    public ValueTask<byte[]?> ReadAsync(Place file, int maxBytes, Digest digest, CancellationToken cancel)
    {
        Check(file);
        rules.Check(digest);
        return source.ReadAsync(file, maxBytes, digest, cancel);
    }

    public ValueTask<(IBody Body, long Size)?> OpenAsync(Place file, Digest? digest, Wanted part, Func<Task<long?>> size, CancellationToken cancel)
    {
        Check(file);
        if (digest is { } named)
            rules.Check(named);
        return source.OpenAsync(file, digest, part, size, cancel);
    }

    public Exception Broken(string problem) => source.Broken(problem);

    /// <summary>Another root than the name's may have the file of a tag.</summary>
    private void Check(Place place)
    {
        rules.Check(place.Root);
        rules.Check(place);
    }
}
