using System.Collections.Concurrent;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Find;
using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Lists;

/// <summary>
/// Which manifests of a repository speak of which:
/// <list type="number">
/// <item>every manifest of the repository is read, and says of which one it speaks;</item>
/// <item>what the tags of the fallback schema list, and what does not say so itself, is added.</item>
/// </list>
/// That is done once and remembered. Source: opencontainers/distribution-spec, spec.md, "Listing Referrers" and
/// "Referrers Tag Schema".
/// </summary>
internal sealed partial class ReferrerLists(IMemoryCache cache, ILogger<ReferrerLists> logger)
{
    /// <summary>A tree is anybody's, and each manifest may be a request to an upstream: more are not read.</summary>
    private const int MaxManifests = 4096;
    private const long MaxBytes = 64L << 20;

    private const int AtOnce = 8;

    private readonly SingleFlight<Repository, ReferrerList> _reading = new();

    /// <exception cref="UpstreamsFailedException">The upstreams do not give a manifest that they may have.</exception>
    public ValueTask<ReferrerList> OfAsync(Repository repository, CancellationToken cancel) =>
        cache.TryGetValue((typeof(ReferrerLists), repository.Key), out ReferrerList? known)
            ? ValueTask.FromResult(known!)
            : new ValueTask<ReferrerList>(_reading.RunAsync(repository, () => ReadAsync(repository), cancel));

    /// <summary>For all who wait: none of them ends it.</summary>
    private async Task<ReferrerList> ReadAsync(Repository repository)
    {
        var read = new Reading();
        var tagged = repository.Tags.Values.SelectMany(forms => forms).Select(form => form.Digest).ToHashSet();
        // What has a place in the index and no tag is a referrer, most of all. Images come last.
        var manifests = await repository.ManifestsAsync(CancellationToken.None).ConfigureAwait(false);
        var all = manifests.Distinct().OrderBy(m => tagged.Contains(m) ? 2 : repository.FormOf(m) is null ? 1 : 0);
        await ReadAsync(repository, all, read).ConfigureAwait(false);

        var list = new ReferrerList.Builder();
        foreach (var (tag, forms) in repository.Tags.Where(t => IsFallback(t.Key)))
        {
            var entries = (await EntriesAsync(repository, forms).ConfigureAwait(false)).ToList();
            await ReadAsync(repository, entries.Select(e => e.Digest), read).ConfigureAwait(false);
            foreach (var entry in entries)
                if (read.Referrers.GetValueOrDefault(entry.Digest) is { Subject: null, Descriptor: var itself })
                    list.Add(tag, itself with { ArtifactType = itself.ArtifactType ?? entry.ArtifactType, Annotations = itself.Annotations ?? entry.Annotations });
        }
        foreach (var referrer in read.Referrers.Values)
            if (referrer.Subject is { } subject)
                list.Add(Referrer.FallbackTag(subject), referrer.Descriptor);
        if (read.LeftOut > 0)
            LogLeftOut(logger, read.LeftOut);
        var built = list.Build(read.LeftOut);
        return cache.Set((typeof(ReferrerLists), repository.Key), built, new MemoryCacheEntryOptions { Size = built.Bytes });
    }

    private async Task ReadAsync(Repository repository, IEnumerable<Digest> digests, Reading read)
    {
        var unread = digests.Where(d => !read.Referrers.ContainsKey(d)).Distinct().ToList();
        await Parallel.ForEachAsync(unread, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (digest, cancel) =>
        {
            if (!read.MayGoOn())
                return;
            var bytes = await TryReadAsync(repository, digest, cancel).ConfigureAwait(false);
            if (bytes is not null && Form(repository, digest, bytes) is { } form && Referrer.TryRead(bytes, form, digest) is { } referrer)
                read.Add(referrer);
            else if (bytes is null)
                read.Skip();
        }).ConfigureAwait(false);
    }

    /// <summary>A manifest that cannot be served is no referrer that anybody could pull.</summary>
    private async Task<byte[]?> TryReadAsync(Repository repository, Digest digest, CancellationToken cancel)
    {
        try
        {
            return await Manifests.ReadOnceAsync(repository, digest, cancel).ConfigureAwait(false);
        }
        catch (UpstreamsFailedException e) when (e.IsKnownAbsent)
        {
            return null;
        }
        catch (DeniedException)
        {
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or UpstreamsFailedException { IsWrongTree: true })
        {
            LogUnreadable(logger, digest, e.Message);
            return null;
        }
    }

    private static MediaType? Form(Repository repository, Digest digest, byte[] bytes)
    {
        try
        {
            return repository.FormOf(digest) ?? Manifests.FormOf(bytes);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private async Task<IEnumerable<Descriptor>> EntriesAsync(Repository repository, IReadOnlyList<Descriptor> forms)
    {
        foreach (var index in forms.Where(f => f.MediaType.IsIndex))
        {
            try
            {
                if (await TryReadAsync(repository, index.Digest, CancellationToken.None).ConfigureAwait(false) is { } bytes)
                    return ImageIndex.Parse(bytes).Take(MaxManifests);
            }
            catch (FormatException e)
            {
                LogUnreadable(logger, index.Digest, e.Message);
            }
        }
        return [];
    }

    /// <summary>A digest with a dash for its colon.</summary>
    private static bool IsFallback(Tag tag)
    {
        var text = tag.ToString();
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        // Of a longer hash the tag has the beginning.
        return dash > 0 && text.Length - dash - 1 == 64 && Digest.TryParse($"sha256:{text[(dash + 1)..]}", out _);
    }

    /// <summary>What has been read, within bounds.</summary>
    private sealed class Reading
    {
        private long _bytes;
        private int _count;
        private int _leftOut;

        public ConcurrentDictionary<Digest, Referrer> Referrers { get; } = [];

        public int LeftOut => _leftOut;

        public bool MayGoOn()
        {
            if (Interlocked.Increment(ref _count) <= MaxManifests && Interlocked.Read(ref _bytes) < MaxBytes)
                return true;
            Skip();
            return false;
        }

        public void Add(Referrer referrer)
        {
            Interlocked.Add(ref _bytes, referrer.Descriptor.Size);
            Referrers[referrer.Descriptor.Digest] = referrer;
        }

        public void Skip() => Interlocked.Increment(ref _leftOut);
    }

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning, Message = "Manifest {Digest} cannot be read, so nobody knows whether it refers to another: {Problem}")]
    private static partial void LogUnreadable(ILogger logger, Digest digest, string problem);

    [LoggerMessage(EventId = 62, Level = LogLevel.Information, Message = "{Count} manifests were left out of a list of referrers")]
    private static partial void LogLeftOut(ILogger logger, int count);
}
