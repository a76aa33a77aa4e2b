using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Request;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Registry;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>
/// The latest pulls, for the page: in memory, no more than the setting says, and nothing of who asked but the program's name. The requests of
/// one pull, its manifests and blobs, are one entry, as far as name, program and time tell.
/// </summary>
internal sealed class RecentPulls(IOptions<GatewaySettings> settings, TimeProvider clock)
{
    private const int MaxClient = 60;

    /// <summary>A request that begins this long after the last one ended is another pull's.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly int _max = settings.Value.Page is { Enabled: true, RecentPulls: var max } ? max : 0;
    private readonly Lock _lock = new();
    private readonly List<Entry> _latest = [];

    /// <summary>Whether any are kept.</summary>
    public bool AreKept => _max > 0;

    /// <param name="asked">Other things than manifests and blobs are no part of a pull.</param>
    /// <param name="userAgent">The client's own word.</param>
    /// <param name="status">The answer's.</param>
    /// <param name="isBrokenOff">Whether the answer ended before its end.</param>
    /// <param name="cost">What it cost.</param>
    public void Add(RegistryPath asked, string? userAgent, int status, bool isBrokenOff, PullCost cost)
    {
        if (_max == 0 || asked is not (RegistryPath.TaggedManifest or RegistryPath.DigestedManifest or RegistryPath.Blob))
            return;
        var (name, now) = (((RegistryPath.OfRepository)asked).Name, clock.GetUtcNow());
        var program = Program(userAgent);
        lock (_lock)
        {
            var i = 0;
            while (i < _latest.Count && !(_latest[i].Name == name && program.SequenceEqual(_latest[i].Program)))
                i++;
            if (i == _latest.Count || now - cost.Elapsed - _latest[i].Last > Pause)
            {
                if (_latest.Count == _max)
                    _latest.RemoveAt(_max - 1);
                _latest.Insert(i = 0, new Entry(name, program.ToString()));
            }
            var entry = _latest[i];
            entry.Take(asked, status, isBrokenOff, cost, now);
            if (i == 0)
                return;
            _latest.RemoveAt(i);
            _latest.Insert(0, entry);
        }
    }

    /// <summary>The latest first.</summary>
    public IReadOnlyList<RecentPull> Latest()
    {
        lock (_lock)
            return [.. _latest.Select(e => e.ToPull())];
    }

    /// <summary>The first word: the rest of Docker's, say, tells the kernel of the machine.</summary>
    private static ReadOnlySpan<char> Program(string? userAgent)
    {
        var first = userAgent.AsSpan().TrimStart();
        if (first.IndexOf(' ') is var end and > 0)
            first = first[..end];
        return first[..Math.Min(first.Length, MaxClient)];
    }

    private sealed class Entry(RepositoryName name, string program)
    {
        private string? _reference;
        private bool _isTag;
        private int _status;
        private bool _isBrokenOff;
        private long _bytes;
        private Origin _origin;

        public RepositoryName Name => name;

        public string Program => program;

        public DateTimeOffset Last { get; private set; }

        public void Take(RegistryPath asked, int status, bool isBrokenOff, PullCost cost, DateTimeOffset now)
        {
            // What a person would say was pulled: the tag, else the first digest.
            if (asked is RegistryPath.TaggedManifest(_, var tag) && !_isTag)
                (_reference, _isTag) = ($":{tag}", true);
            else if (asked is RegistryPath.DigestedManifest(_, var digest))
                _reference ??= $"@{digest}";
            _status = Math.Max(_status, status);
            _isBrokenOff |= isBrokenOff;
            _bytes += cost.Bytes;
            _origin = (Origin)Math.Max((int)_origin, (int)cost.Origin);
            Last = now;
        }

        public RecentPull ToPull() => new(name, _reference ?? "", Line.Of(program, MaxClient), _status, _isBrokenOff, _bytes, _origin, Last);
    }
}

/// <summary>One pull, as far as it is known.</summary>
/// <param name="Reference">With its colon or at sign; nothing where only blobs were asked for.</param>
/// <param name="Client">The program and its version.</param>
/// <param name="Status">The worst of its answers'.</param>
/// <param name="Bytes">Of all bodies.</param>
/// <param name="Origin">The farthest place that had to be asked.</param>
internal sealed record RecentPull(RepositoryName Name, string Reference, string Client, int Status, bool IsBrokenOff, long Bytes, Origin Origin, DateTimeOffset When);
