using Image2Ipfs.Gateway.Sources;

namespace Image2Ipfs.Gateway.Layouts;

/// <summary>
/// Many small files of one tree: some at a time, and of all no more than an image has. A tree is anybody's: a hundred names of one long
/// file would be a hundred times its length in memory.
/// </summary>
/// <param name="tree">For the error.</param>
internal sealed class SmallFiles(Place tree)
{
    public const long MaxBytes = 16 * 1024 * 1024;
    private const int AtOnce = 16;

    private long _bytes;

    /// <param name="files">What there is of each before it is read.</param>
    /// <param name="read">Reads one; null where it is not there.</param>
    /// <exception cref="InvalidDataException">There is more.</exception>
    public async ValueTask<IReadOnlyList<(T File, byte[] Content)>> ReadAsync<T>(IEnumerable<T> files, Func<T, ValueTask<byte[]?>> read)
    {
        var there = new List<(T, byte[])>();
        foreach (var some in files.Chunk(AtOnce))
        {
            foreach (var (file, content) in await Task.WhenAll(some.Select(async f => (f, await read(f).ConfigureAwait(false)))).ConfigureAwait(false))
            {
                if (content is null)
                    continue;
                if ((_bytes += content.Length) > MaxBytes)
                    throw new InvalidDataException($"{tree} has more manifests, or longer ones, than an image has");
                there.Add((file, content));
            }
        }
        return there;
    }
}
