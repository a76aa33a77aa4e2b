using System.IO.Pipelines;
using Image2Ipfs.Gateway.Answers;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>A blob whose bytes are counted as they are handed to the connection.</summary>
internal sealed class MeteredBody : IBody
{
    private readonly IBody _body;
    private readonly PullCost _cost;

    public MeteredBody(IBody body, PullCost cost)
    {
        (_body, _cost) = (body, cost);
        if (body.Origin is { } origin)
            cost.LiesIn(origin);
    }

    public bool CanSkip => _body.CanSkip;

    public Origin? Origin => _body.Origin;

    public string? Path => _body.Path;

    public IReadOnlyList<string> Upstreams => _body.Upstreams;

    public Task SendAsync(PipeWriter to, long start, long length, CancellationToken cancel) => _body.SendAsync(new Writer(to, _cost), start, length, cancel);

    public void Dispose()
    {
        foreach (var upstream in _body.Upstreams)
            _cost.From(upstream);
        _body.Dispose();
    }

    private sealed class Writer(PipeWriter to, PullCost cost) : PipeWriter
    {
        public override void Advance(int bytes)
        {
            cost.Sent(bytes);
            to.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => to.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => to.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => to.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            cost.Sent(source.Length);
            return to.WriteAsync(source, cancellationToken);
        }

        public override void CancelPendingFlush() => to.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => to.Complete(exception);
    }
}
