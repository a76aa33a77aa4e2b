using System.Collections.Concurrent;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>Who asks for the same thing at the same time waits for one answer. A client that leaves ends its own waiting only.</summary>
/// <param name="onJoin">Is told of each who waits for another's answer.</param>
internal class SingleFlight<TKey, T>(Action? onJoin = null)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<Task<T>>> _running = [];

    public Task<T> RunAsync(TKey key, Func<Task<T>> run, CancellationToken cancel)
    {
        var mine = new Lazy<Task<T>>(() => RunAsync(key, run));
        var running = _running.GetOrAdd(key, mine);
        if (running != mine)
            onJoin?.Invoke();
        return running.Value.WaitAsync(cancel);
    }

    private async Task<T> RunAsync(TKey key, Func<Task<T>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }
}

/// <summary>The same by a text.</summary>
internal sealed class SingleFlight<T>(Action? onJoin = null) : SingleFlight<string, T>(onJoin);
