namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>Cancels a call when nothing has happened for a while, however long the whole takes.</summary>
internal sealed class Silence : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _cancel;
    private readonly TimeSpan _limit;

    public Silence(TimeSpan limit, CancellationToken cancel)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        (_limit, _cancel) = (limit, cancel);
        Broken();
    }

    public CancellationToken Token => _source.Token;

    /// <summary>It lasted too long; nobody else cancelled.</summary>
    public bool IsOver => _source.IsCancellationRequested && !_cancel.IsCancellationRequested;

    /// <summary>Something happened.</summary>
    public void Broken() => _source.CancelAfter(_limit);

    public void Dispose() => _source.Dispose();
}
