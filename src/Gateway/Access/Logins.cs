using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Image2Ipfs.Gateway.Fetch;
using Image2Ipfs.Gateway.Observe;
using Microsoft.Extensions.Caching.Memory;

namespace Image2Ipfs.Gateway.Access;

/// <summary>
/// Whether a password is a user's. bcrypt is slow on purpose, and clients send their password with each request:
/// <list type="number">
/// <item>what was right a moment ago is right;</item>
/// <item>an address with too many failures is not heard;</item>
/// <item>the same question at the same time is one;</item>
/// <item>of the rest some are worked on, a few wait, and no more.</item>
/// </list>
/// Who guesses takes no more than half of the cores, and shuts nobody out who has come in before.
/// </summary>
internal sealed partial class Logins(Users users, Limits limits, ILogger<Logins> logger) : IDisposable
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    private const int MaxRemembered = 10_000;
    private const int MaxWaiting = 64;
    private const int LinesPerSecond = 10;
    private const int MaxName = 80;

    /// <summary>Of this process alone: what memory holds of passwords is worth nothing anywhere else.</summary>
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly MemoryCache _right = new(new MemoryCacheOptions { SizeLimit = MaxRemembered });
    private readonly SingleFlight<bool?> _asked = new();
    private readonly LineLimit _lines = new(LinesPerSecond);

    private readonly ConcurrencyLimiter _work = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = Math.Max(1, Environment.ProcessorCount / 2),
        QueueLimit = MaxWaiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <returns>Whether it is right; or when the client may ask again.</returns>
    public async ValueTask<(bool IsRight, TimeSpan? NotBefore)> AskAsync(Credentials.Login login, Client client, CancellationToken cancel)
    {
        var (hash, isKnown) = users.HashOf(login.User);
        var key = KeyOf(login, hash);
        if (_right.TryGetValue(key, out _))
            return (true, null);
        if (limits.UntilNextTry(client) is { } pause)
            return (false, pause);
        if (await _asked.RunAsync(key, () => WorkAsync(login.Password, hash), cancel).ConfigureAwait(false) is not { } matches)
            return (false, TimeSpan.FromSeconds(1));
        if (matches && isKnown)
        {
            _right.Set(key, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Remembered });
            return (true, null);
        }
        limits.CountFailure(client);
        if (_lines.May(out _))
            LogFailed(Line.Of(login.User, MaxName), client.Name);
        return (false, null);
    }

    /// <summary>What of a user's line stands in a token that outlives the moment: another password ends it.</summary>
    /// <returns>Null: there is no such user.</returns>
    public string? MarkOf(string user) =>
        users.HashOf(user) is (var hash, true) ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{user}\0{hash}")).AsSpan(0, 16)) : null;

    public void Dispose()
    {
        _right.Dispose();
        _work.Dispose();
    }

    /// <returns>Null: too many wait already.</returns>
    private async Task<bool?> WorkAsync(string password, string hash)
    {
        using var turn = await _work.AcquireAsync().ConfigureAwait(false);
        return turn.IsAcquired ? await Task.Run(() => BCrypt.Net.BCrypt.Verify(password, hash)).ConfigureAwait(false) : null;
    }

    /// <summary>The line of the file is in it: with another one everything is asked anew. Neither name nor password has a NUL.</summary>
    private string KeyOf(Credentials.Login login, string hash) =>
        Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{login.User}\0{login.Password}\0{hash}")));

    [LoggerMessage(EventId = 92, Level = LogLevel.Warning, Message = "Login of {User} from {Address} failed")]
    private partial void LogFailed(string user, string address);
}
