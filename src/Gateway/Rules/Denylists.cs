using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>
/// The denylists of the settings, read at the start and again when their files change. Of several that speak of something
/// the last one by name counts, as the specification has it. What cannot be read any more is held on to as it was known.
/// </summary>
internal sealed partial class Denylists
{
    private const string Extension = "*.deny";

    /// <summary>So many broken lines of a file are told one by one.</summary>
    private const int MaxTold = 10;

    /// <summary>From so many rules on it is worth a moment.</summary>
    private const int Many = 100_000;

    private readonly IReadOnlyList<string> _paths;
    private readonly HashSet<string> _folders;
    private readonly ILogger<Denylists> _logger;
    private readonly Dictionary<string, (DateTime Written, long Length)> _seen = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<DenylistFile> _files = [];
    private volatile int _generation;
    private string? _folderProblem;

    /// <exception cref="FormatException">A file is no denylist.</exception>
    /// <exception cref="IOException">One is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be read.</exception>
    public Denylists(IOptions<GatewaySettings> settings, ILogger<Denylists> logger)
    {
        (_paths, _logger) = ([.. settings.Value.Content.Denylists.Select(Path.GetFullPath)], logger);
        // One that is a folder now is missed when it is gone; its name is not taken for a file's.
        _folders = [.. _paths.Where(path => Directory.Exists(path) || Path.EndsInDirectorySeparator(path))];
        _files = [.. Files().Select(path =>
        {
            _seen[path] = Stamp(path);
            var file = DenylistFile.Read(path);
            Tell(file);
            return file;
        })];
        GiveBack();
    }

    /// <summary>The first one counts least.</summary>
    public IReadOnlyList<DenylistFile> All => _files;

    /// <summary>Another number whenever they are others.</summary>
    public int Generation => _generation;

    /// <summary>Reads what has changed. One thread at a time.</summary>
    /// <returns>Whether the rules are others than before.</returns>
    public bool Look()
    {
        var known = _files.ToDictionary(f => f.Path);
        List<DenylistFile> now = [];
        foreach (var path in FilesOrKnown())
            if (LookAt(path, known.GetValueOrDefault(path)) is { } file)
                now.Add(file);
        if (now.SequenceEqual(_files))
            return false;
        foreach (var (path, file) in now.Select(f => (f.Path, f)).Where(f => known.GetValueOrDefault(f.Path) != f.f))
            LogRead(path, file.Rules.Count);
        foreach (var gone in known.Keys.Except(now.Select(f => f.Path)))
            LogGone(gone);
        _files = now;
        _generation++;
        return true;
    }

    /// <summary>What was held to read them, and what they were before, is not to wait until memory is short.</summary>
    public void GiveBack()
    {
        if (_files.Any(file => file.Rules.Count >= Many))
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private DenylistFile? LookAt(string path, DenylistFile? known)
    {
        try
        {
            var stamp = Stamp(path);
            if (_seen.TryGetValue(path, out var seen) && seen == stamp)
                return known;
            // Seen, whatever comes of it: a problem is told once.
            _seen[path] = stamp;
            var file = DenylistFile.Read(path);
            if (known is null || file.Broken.Count == 0 || known.IsBeginningOf(file))
            {
                Tell(file);
                return file;
            }
            LogKept($"{path}:{file.Broken[0].Line}: {file.Broken[0].Problem}");
        }
        catch (Exception e) when (e is FormatException)
        {
            LogKept(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var unreadable = (DateTime.MinValue, -1L);
            if (!_seen.TryGetValue(path, out var seen) || seen != unreadable)
                LogKept($"{path}: {e.Message}");
            _seen[path] = unreadable;
        }
        return known;
    }

    private IEnumerable<string> FilesOrKnown()
    {
        try
        {
            var files = Files();
            _folderProblem = null;
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_folderProblem != e.Message)
                LogKept(_folderProblem = e.Message);
            return _files.Select(f => f.Path);
        }
    }

    /// <summary>A file that is named is there or missed; of a folder, what is in it.</summary>
    private List<string> Files() =>
        [.. _paths.SelectMany(IEnumerable<string> (path) => _folders.Contains(path) ? Directory.EnumerateFiles(path, Extension).Order(StringComparer.Ordinal) : [path]).Distinct()];

    /// <exception cref="FileNotFoundException">It is not there.</exception>
    private static (DateTime, long) Stamp(string path)
    {
        var info = new FileInfo(path);
        return info.Exists ? (info.LastWriteTimeUtc, info.Length) : throw new FileNotFoundException($"there is no file or folder {path}");
    }

    private void Tell(DenylistFile file)
    {
        foreach (var (line, problem) in file.Rules.Notes.Concat(file.Broken).OrderBy(l => l.Line).Take(MaxTold))
            LogLine(file.Path, line, problem);
        if (file.Rules.Notes.Count + file.Broken.Count is var count && count > MaxTold)
            LogMore(file.Path, count - MaxTold);
    }

    [LoggerMessage(EventId = 80, Level = LogLevel.Warning, Message = "{Path}:{Line}: {Problem}")]
    private partial void LogLine(string path, int line, string problem);

    [LoggerMessage(EventId = 81, Level = LogLevel.Warning, Message = "{Path}: {Count} more lines are no rules")]
    private partial void LogMore(string path, int count);

    [LoggerMessage(EventId = 82, Level = LogLevel.Information, Message = "{Path} has {Count} rules now")]
    private partial void LogRead(string path, int count);

    [LoggerMessage(EventId = 83, Level = LogLevel.Warning, Message = "{Path} is gone, and its rules with it")]
    private partial void LogGone(string path);

    [LoggerMessage(EventId = 84, Level = LogLevel.Error, Message = "{Problem}; the rules stay as they were")]
    private partial void LogKept(string problem);
}
