using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Image2Ipfs.Gateway.Access;

/// <summary>
/// The users, from a file as <c>htpasswd -B</c> writes it, which is read again when it changes.
/// <code>
/// line := "" | "#" comment | user ":" "$2" ("a" | "b" | "y") "$" cost "$" 53 characters
/// </code>
/// bcrypt alone, as distribution has it: the other kinds of htpasswd can be guessed at millions of tries a second.
/// </summary>
internal sealed partial class Users : IDisposable
{
    private const int UsualCost = 10;

    private readonly string _file;
    private readonly ILogger _logger;
    private readonly IDisposable _watch;
    private volatile Table _table;

    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">A line is none of a user; the message has the file and the line.</exception>
    public Users(IOptions<GatewaySettings> settings, ILogger<Users> logger)
    {
        (_file, _logger) = (Path.GetFullPath(settings.Value.Access.Users!), logger);
        var folder = Configuration.Watched(_file, out var name);
        _table = Read();
        _watch = new Both(ChangeToken.OnChange(() => folder.Watch(name), ReadAgain), folder);
    }

    public int Count => _table.Hashes.Count;

    /// <returns>The user's hash; of somebody who is not there, one that no password has and that takes as long.</returns>
    public (string Hash, bool IsKnown) HashOf(string user)
    {
        var table = _table;
        return table.Hashes.TryGetValue(user, out var hash) ? (hash, true) : (table.NobodysHash, false);
    }

    public void Dispose() => _watch.Dispose();

    /// <summary>What is wrong with it is told, and nobody is shut out by it who was there before.</summary>
    private void ReadAgain()
    {
        try
        {
            _table = Read();
            LogRead(_file, Count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            LogWrong(e.Message);
        }
    }

    private Table Read()
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        var (number, cost) = (0, 0);
        foreach (var line in File.ReadLines(_file))
        {
            number++;
            if (line.Trim().Length == 0 || line[0] == '#')
                continue;
            if (!Line().IsMatch(line))
                throw new FormatException($"{_file}:{number}: no user with a bcrypt hash; 'htpasswd -B' writes such lines");
            var (user, hash) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            if (!hashes.TryAdd(user, hash))
                throw new FormatException($"{_file}:{number}: the user is there twice");
            cost = Math.Max(cost, int.Parse(hash.AsSpan(4, 2), CultureInfo.InvariantCulture));
        }
        return new Table(hashes.ToFrozenDictionary(StringComparer.Ordinal), string.Create(CultureInfo.InvariantCulture, $"$2b${(cost == 0 ? UsualCost : cost):00}${new string('.', 53)}"));
    }

    // A cost of 20 takes a minute.
    [GeneratedRegex(@"^[^:\p{Cc}]+:\$2[aby]\$(0[4-9]|1\d)\$[./A-Za-z0-9]{53}$")]
    private static partial Regex Line();

    [LoggerMessage(EventId = 90, Level = LogLevel.Information, Message = "{File} was read again: {Count} users")]
    private partial void LogRead(string file, int count);

    [LoggerMessage(EventId = 91, Level = LogLevel.Error, Message = "{Problem}; the users that were there before still count")]
    private partial void LogWrong(string problem);

    private sealed record Table(FrozenDictionary<string, string> Hashes, string NobodysHash);

    private sealed class Both(IDisposable one, IDisposable other) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            other.Dispose();
        }
    }
}
