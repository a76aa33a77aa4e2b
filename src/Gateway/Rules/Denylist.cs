using System.Diagnostics.CodeAnalysis;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Ipns;
using SimpleBase;

namespace Image2Ipfs.Gateway.Rules;

/// <summary>
/// The rules of one list, in tables: a look-up costs the same whatever their number. A rule that is a hash takes some 60 bytes.
/// <code>
/// rule   := ["!" | "+" | "-"] item (" " hint)*            with a sign: an exception; the last rule that fits counts
/// item   := "/ipfs/" CID                                  the block of that multihash
///         | "/ipfs/" CID "/" path ["*"]                   that path; with "*", each that begins so
///         | "/ipns/" (key | domain) ["/" path ["*"]]
///         | "//" base58btc(multihash)                     a hash of one of these
///         | "//" hex(sha2-256)                            the same in the older form
/// hint   := name ("=" | ":") value
/// </code>
/// Source: ipfs/specs, src/compact-denylist-format.md (IPIP-383); where that is silent (signs, "="), ipfs-shipyard/nopfs.
/// </summary>
internal sealed class Denylist(DenylistHeader header)
{
    private const int MaxReason = 200;

    private readonly Dictionary<Hash256, Rule> _blocks = [];
    private readonly Dictionary<string, Rule> _oddBlocks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<PathRule>> _paths = new(StringComparer.Ordinal);
    private readonly Dictionary<Hash256, Rule> _hashed = [];
    private readonly Dictionary<ulong, Dictionary<string, Rule>> _oddlyHashed = [];
    private readonly Dictionary<int, IReadOnlyDictionary<string, string>> _hints = [];

    private readonly List<(int Line, string Note)> _notes = [];

    /// <summary>How many rules there are.</summary>
    public int Count { get; private set; }

    /// <summary>What its author should know, by lines.</summary>
    public IReadOnlyList<(int Line, string Note)> Notes => _notes;

    /// <summary>Takes a line that is no comment.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Add(string text, int line)
    {
        var fields = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var item = fields[0];
        var allows = item[0] is '!' or '+' or '-';
        if (allows)
            item = item[1..];
        var problem = Add(item, new Rule(line, allows));
        if (problem is not null)
            return problem;
        Count++;
        var hints = DenylistHeader.Parse(fields.Skip(1));
        if (hints.Count > 0)
            _hints[line] = hints;
        return null;
    }

    /// <summary>All lines are in: what was held in reserve for more is given back.</summary>
    public void Finish()
    {
        _blocks.TrimExcess();
        _hashed.TrimExcess();
    }

    /// <returns>The last rule that fits, or null.</returns>
    public Rule? Find(Subject subject)
    {
        Rule? found = null;
        if (subject.Block is { } block)
            found = Block(block, subject.Key);
        if (_paths.Count > 0 && _paths.TryGetValue(subject.Key, out var paths))
            foreach (var path in paths)
                if (path.Fits(subject.Path))
                    found = Rule.Later(found, path.Rule);
        if (_hashed.Count > 0)
        {
            found = Rule.Later(found, Known(_hashed, Hash256.Of(subject.Hash(HashFunctions.Sha2_256))));
            found = Rule.Later(found, Known(_hashed, subject.LegacyHash()));
        }
        foreach (var (function, rules) in _oddlyHashed)
            found = Rule.Later(found, Known(rules, Convert.ToHexString(subject.Hash(function))));
        return found;
    }

    /// <summary>What the rule says that a client gets.</summary>
    public Denial DenialOf(Rule rule, Subject subject, int status)
    {
        var (own, common) = (_hints.GetValueOrDefault(rule.Line), header.Hints);
        var reason = own?.GetValueOrDefault("reason") ?? common.GetValueOrDefault("reason");
        status = (own?.GetValueOrDefault("gateway_status") ?? common.GetValueOrDefault("gateway_status")) switch
        {
            "410" => StatusCodes.Status410Gone,
            "451" => StatusCodes.Status451UnavailableForLegalReasons,
            _ => status,
        };
        return Denial.Blocked(ListKind.Denylist, status, subject.Text, string.IsNullOrEmpty(reason) ? null : Line.Of(reason, MaxReason));
    }

    private string? Add(string item, Rule rule) => item switch
    {
        ['/', '/', .. var hash] => AddHash(hash, rule),
        ['/', 'i', 'p', 'f', 's', '/', .. var path] => AddRoot(path, rule),
        ['/', 'i', 'p', 'l', 'd', '/', .. var path] => AddRoot(path, rule),
        ['/', 'i', 'p', 'n', 's', '/', .. var path] => AddName(path, rule),
        _ => "this kind of rule is not known; rules begin with /ipfs/, /ipns/ or //",
    };

    private string? AddRoot(string text, Rule rule)
    {
        var (first, path) = Cut(text);
        if (!Cid.TryParse(first, out var cid))
            return $"'{Line.Of(first, 80)}' is no CID";
        if (HarmlessBlocks.Has(cid))
        {
            _notes.Add((rule.Line, $"{cid} is empty, and much that is harmless holds it: the rule does not count"));
            return null;
        }
        if (path is not null)
            AddPath(ListedName.KeyOf(cid), PathRule.Parse(path, rule));
        else if (IsSha256(cid))
            _blocks[Hash256.Of(cid.Hash)] = rule;
        else
            _oddBlocks[ListedName.KeyOf(cid)] = rule;
        return null;
    }

    private string? AddName(string text, Rule rule)
    {
        var (first, path) = Cut(text);
        // A key in whatever form, else a domain; what looks like neither cannot be asked for here, and does no harm.
        var key = IpnsName.TryParse(first, out var name) ? ListedName.KeyOf(new MovingName.Key(name))
            : first.Length > 0 && !first.Contains('*', StringComparison.Ordinal) ? $"/ipns/{first.ToLowerInvariant()}" : null;
        if (key is null)
            return $"'{Line.Of(first, 80)}' is no IPNS name";
        AddPath(key, PathRule.Parse(path ?? "", rule));
        return null;
    }

    private void AddPath(string key, PathRule rule)
    {
        if (!_paths.TryGetValue(key, out var rules))
            _paths.Add(key, rules = []);
        rules.Add(rule);
    }

    private string? AddHash(string text, Rule rule)
    {
        // The same text might be read in both ways: then both are meant.
        var isHex = text.Length == 64 && text.All(char.IsAsciiHexDigit);
        if (isHex)
            _hashed[Hash256.Of(Convert.FromHexString(text))] = rule;
        if (TryParseMultihash(text, out var function, out var hash))
        {
            if (function == HashFunctions.Sha2_256)
                _hashed[Hash256.Of(hash)] = rule;
            else if (_oddlyHashed.TryGetValue(function, out var rules))
                rules[Convert.ToHexString(hash)] = rule;
            else
                _oddlyHashed[function] = new(StringComparer.Ordinal) { [Convert.ToHexString(hash)] = rule };
        }
        else if (!isHex)
        {
            return $"'{Line.Of(text, 80)}' is neither a multihash in base58 of a function that is known here nor a sha2-256 in hex";
        }
        return null;
    }

    private static bool TryParseMultihash(string text, out ulong function, [NotNullWhen(true)] out byte[]? hash)
    {
        (function, hash) = (0, null);
        var bytes = new byte[128];
        if (text.Length > 100 || !Base58.Bitcoin.TryDecode(text, bytes, out var written))
            return false;
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, written);
        if (!Varint.TryRead(rest, out function, out var read) || HashFunctions.LengthOf(function) is not { } length || rest.Length != read + 1 + length || rest[read] != length)
            return false;
        hash = rest[(read + 1)..].ToArray();
        return true;
    }

    private Rule? Block(Cid block, string key) => IsSha256(block) ? Known(_blocks, Hash256.Of(block.Hash)) : Known(_oddBlocks, key);

    private static bool IsSha256(Cid cid) => cid.HashFunction == HashFunctions.Sha2_256;

    private static Rule? Known<TKey>(Dictionary<TKey, Rule> rules, TKey key) where TKey : notnull => rules.TryGetValue(key, out var rule) ? rule : null;

    private static (string First, string? Path) Cut(string text) =>
        text.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? (text[..slash], text[(slash + 1)..]) : (text, null);
}
