using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Image2Ipfs.Gateway.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Image2Ipfs.Gateway.Tests.Observe;

/// <summary>What one Gateway measures, by instrument and labels. Others in this process measure for themselves.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, string Labels)> _all = new();

    /// <summary>What is only looked at, as it was when it was looked at last.</summary>
    private readonly ConcurrentDictionary<(string Instrument, string Labels), double> _seen = new();

    public Measured(RunningGateway gateway)
    {
        var own = gateway.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == own && instrument.Meter.Name == Gateway.Observe.Metrics.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        _listener.Start();
    }

    /// <summary>Every label's value so far.</summary>
    public IEnumerable<string> Labels => All().SelectMany(m => m.Labels.Split(' ')).Distinct();

    /// <param name="labels">Labels' values with spaces between them, in the order in which they are said; nothing for all.</param>
    public double Sum(string instrument, string labels = "") => All().Where(m => m.Instrument == instrument && (labels.Length == 0 || m.Labels == labels)).Sum(m => m.Value);

    public int Count(string instrument) => _all.Count(m => m.Instrument == instrument);

    public async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 400 && !isSo(); i++)
            await Task.Delay(50, RunningGateway.Cancel);
        Assert.True(isSo(), string.Join('\n', All().GroupBy(m => (m.Instrument, m.Labels)).Select(g => $"{g.Key.Instrument} {g.Key.Labels}: {g.Sum(m => m.Value)}")));
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var (_, label) in tags)
            labels.Add($"{label}");
        if (instrument.IsObservable)
            _seen[(instrument.Name, string.Join(' ', labels))] = value;
        else
            _all.Enqueue((instrument.Name, value, string.Join(' ', labels)));
    }

    private IEnumerable<(string Instrument, double Value, string Labels)> All()
    {
        _listener.RecordObservableInstruments();
        return _all.Concat(_seen.Select(s => (s.Key.Instrument, s.Value, s.Key.Labels)));
    }
}
