using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Upstreams;

namespace Image2Ipfs.Gateway.Fetch;

/// <summary>
/// One blob on its way from the upstreams, for all who want it. Readers come and go, and follow what is spooled, each at its own
/// speed. It ends when all is there, when nobody waits any more, or when no upstream gave anything for as long as it is patient.
/// </summary>
internal abstract class BlobFetch : IDisposable
{
    private readonly TaskCompletionSource<long> _size = New<long>();
    private readonly bool _finishAbandoned;
    private TaskCompletionSource<bool> _news = New<bool>();
    private bool _over;

    /// <param name="finishAbandoned">Whether it goes on to the end when its last reader has gone.</param>
    protected BlobFetch(Spool spool, bool finishAbandoned)
    {
        (Spool, _finishAbandoned) = (spool, finishAbandoned);
        // Whoever waits for it sees the failure; nobody may.
        _ = _size.Task.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    public Spool Spool { get; }

    /// <summary>What it costs, for all who wait for it.</summary>
    public PullCost Cost { get; } = new();

    /// <summary>The bytes of the blob, as soon as they are known.</summary>
    public Task<long> Size => _size.Task;

    protected Lock Lock { get; } = new();

    protected List<BlobReader> Readers { get; } = [];

    /// <summary>Ends what runs for the fetch.</summary>
    protected CancellationTokenSource Over { get; } = new();

    /// <summary>Whether it goes on to the end without readers: somebody has asked for all of it, and there is room.</summary>
    protected bool Finishes => _finishAbandoned && WholeIsWanted && Spool.IsInFile;

    /// <summary>Whether anybody has asked for all of it: then it is kept as a whole.</summary>
    protected bool WholeIsWanted { get; private set; }

    /// <summary>Completes when readers have come, moved or gone. Take it under the lock.</summary>
    protected Task News => _news.Task;

    protected long Slowest => Readers.Count == 0 ? 0 : Readers.Min(r => r.Position);

    /// <returns>A reader, or null where the fetch is over, or has forgotten what would be read.</returns>
    public BlobReader? TryJoin(long from, long? to)
    {
        lock (Lock)
        {
            if (_over || !Spool.CanBeginAt(from))
                return null;
            var reader = new BlobReader(this, from, to);
            Readers.Add(reader);
            WholeIsWanted |= to is null && from == 0;
            Signal();
            return reader;
        }
    }

    public void Leave(BlobReader reader)
    {
        bool last;
        lock (Lock)
        {
            Readers.Remove(reader);
            Signal();
            last = _over && Readers.Count == 0;
        }
        if (last)
            Spool.Dispose();
    }

    /// <summary>A reader has moved on: in memory there may be room again.</summary>
    public void Moved()
    {
        if (Spool.IsInFile)
            return;
        lock (Lock)
        {
            Spool.Forget(Slowest);
            Signal();
        }
    }

    /// <summary>A reader wants other bytes than before. Nobody sees a half of that.</summary>
    public void Change(Action want)
    {
        lock (Lock)
        {
            want();
            Signal();
        }
    }

    /// <summary>Runs to the end, good or bad; readers see which.</summary>
    /// <param name="turns">How many may run.</param>
    /// <param name="onComplete">Takes the blob when all of it is there, before it is over.</param>
    public async Task RunAsync(Turns turns, Action onComplete)
    {
        PullCost.Current = Cost;
        try
        {
            using var turn = await TakeTurnAsync(turns).ConfigureAwait(false);
            await FetchAsync().ConfigureAwait(false);
            onComplete();
        }
        catch (Exception e) when (e is UpstreamsFailedException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            _size.TrySetException(e);
            Spool.Fail(e);
        }
        finally
        {
            await Over.CancelAsync().ConfigureAwait(false);
            bool last;
            lock (Lock)
            {
                _over = true;
                last = Readers.Count == 0;
            }
            if (last)
                Spool.Dispose();
        }
    }

    public void Dispose()
    {
        Spool.Dispose();
        Over.Dispose();
    }

    /// <summary>What it is, for errors.</summary>
    protected abstract string What { get; }

    /// <exception cref="UpstreamsFailedException">No upstream gives it.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for it.</exception>
    protected abstract Task FetchAsync();

    /// <summary>Nobody joins any more. Said under the lock in which it was found that nobody is there.</summary>
    protected OperationCanceledException Abandoned()
    {
        _over = true;
        return new OperationCanceledException("nobody waits for the blob any more");
    }

    /// <summary>Of what has not begun nothing is finished: when the last reader leaves, so does the fetch.</summary>
    private async Task<IDisposable> TakeTurnAsync(Turns turns)
    {
        using var abandoned = new CancellationTokenSource();
        var turn = turns.TakeAsync(What, abandoned.Token);
        while (!turn.IsCompleted)
        {
            Task news;
            lock (Lock)
            {
                news = News;
                if (Readers.Count == 0)
                {
                    _ = Abandoned();
                    abandoned.Cancel();
                    break;
                }
            }
            await Task.WhenAny(turn, news).ConfigureAwait(false);
        }
        return await turn.ConfigureAwait(false);
    }

    protected void Know(long size) => _size.TrySetResult(size);

    private void Signal()
    {
        var news = _news;
        _news = New<bool>();
        news.SetResult(true);
    }

    private static TaskCompletionSource<T> New<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
