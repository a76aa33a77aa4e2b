using System.IO.Pipelines;
using Image2Ipfs.Gateway.Answers;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>One client's way through a blob that is being fetched. Disposing it says that the client is done, or gone.</summary>
internal sealed class BlobReader(BlobFetch fetch, long from, long? to) : IBody
{
    private const int Chunk = 64 * 1024;

    private readonly bool _isPart = to is not null;
    private long _position = from;

    public Origin? Origin => Answers.Origin.Upstream;

    public IReadOnlyList<string> Upstreams => fetch.Cost.Upstreams;

    /// <summary>The bytes of the whole blob.</summary>
    public Task<long> Size => fetch.Size;

    /// <summary>The next byte that it will read.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>The end of what it will read, or null: all.</summary>
    public long? End { get; private set; } = to;

    public async Task SendAsync(PipeWriter to, long start, long length, CancellationToken cancel)
    {
        var end = start + length;
        fetch.Change(() =>
        {
            // Of a part no more is wanted than is said: the one before may have lain anywhere.
            End = _isPart ? end : Math.Max(End ?? end, end);
            Volatile.Write(ref _position, start);
        });
        // In memory only what lies ahead is there.
        if (!fetch.Spool.CanBeginAt(start))
            throw new IOException("parts of a blob that is not kept on disk are only sent in their order");
        for (var position = start; position < end;)
        {
            var there = await fetch.Spool.WaitAsync(position, cancel).ConfigureAwait(false);
            while (position < there && position < end)
            {
                var memory = to.GetMemory(Chunk);
                var read = fetch.Spool.Read(position, memory.Span[..(int)Math.Min(memory.Length, Math.Min(there, end) - position)]);
                if (read == 0)
                    throw new InvalidDataException("the cache lost bytes of a blob while it was sent");
                to.Advance(read);
                position += read;
                Move(position);
                if ((await to.FlushAsync(cancel).ConfigureAwait(false)).IsCompleted)
                    throw new OperationCanceledException("the client has gone");
            }
        }
    }

    public void Dispose() => fetch.Leave(this);

    private void Move(long position)
    {
        Volatile.Write(ref _position, position);
        fetch.Moved();
    }
}
