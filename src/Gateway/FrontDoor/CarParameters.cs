using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>Which blocks of a DAG an archive holds.</summary>
internal enum DagScope
{
    /// <summary>The one at the path's end.</summary>
    Block,

    /// <summary>Those of the file, or of the directory without what lies in it.</summary>
    Entity,

    All,
}

/// <summary>
/// <c>dag-scope</c>, <c>entity-bytes</c> and <c>car-dups</c> of a request for an archive.
/// <code>
/// entity-bytes := from ":" (to | "*")       both inclusive; a negative one counts from the end
/// </code>
/// Source: ipfs/specs, src/http-gateways/trustless-gateway.md.
/// </summary>
/// <param name="Scope">Which blocks.</param>
/// <param name="Bytes">Of a file, only those on the way to these bytes; To null: to the end.</param>
/// <param name="Duplicates">A block that lies in the DAG more than once is there as often.</param>
internal sealed record CarParameters(DagScope Scope, (long From, long? To)? Bytes, bool Duplicates)
{
    public static bool TryParse(
        IQueryCollection query, MediaTypeHeaderValue? accept, [NotNullWhen(true)] out CarParameters? parameters, [NotNullWhen(false)] out string? error)
    {
        parameters = null;
        error = null;
        if (Value("version", "1") is not "1" and var version)
            error = $"car-version={version} is not known";
        else if (Value("order", "dfs") is not ("dfs" or "unk") and var order)
            error = $"car-order={order} is not known";
        else if (Value("dups", "n") is not ("y" or "n") and var dups)
            error = $"car-dups={dups} is not known";
        else if (ParseScope(query["dag-scope"]) is not { } scope)
            error = $"dag-scope={query["dag-scope"]} is not known";
        else if (!TryParseBytes(query["entity-bytes"], out var bytes))
            error = $"entity-bytes={query["entity-bytes"]} is not a range";
        else
            // A range speaks of one entity: asked for with all, it is the entity that is meant.
            parameters = new CarParameters(bytes is not null && scope == DagScope.All ? DagScope.Entity : scope, bytes, Value("dups", "n") == "y");
        return parameters is not null;

        string Value(string name, string otherwise) =>
            query[$"car-{name}"].ToString() is { Length: > 0 } asked ? asked
            : accept?.Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.GetUnescapedValue().ToString() ?? otherwise;
    }

    /// <summary>The first and last byte that are asked for of a file of this size; last before first: none.</summary>
    public (long First, long Last) RangeOf(long size)
    {
        var (from, to) = Bytes ?? (0, null);
        return (from < 0 ? Math.Max(0, size + from) : from, Math.Min(size - 1, to is null ? size - 1 : to < 0 ? size + to.Value : to.Value));
    }

    private static DagScope? ParseScope(string? text) => text switch
    {
        null or "" or "all" => DagScope.All,
        "entity" => DagScope.Entity,
        "block" => DagScope.Block,
        _ => null,
    };

    private static bool TryParseBytes(string? text, out (long From, long? To)? bytes)
    {
        bytes = null;
        if (string.IsNullOrEmpty(text))
            return true;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !TryParseNumber(text[..colon], out var from))
            return false;
        if (text[(colon + 1)..] == "*")
        {
            bytes = (from, null);
            return true;
        }
        if (!TryParseNumber(text[(colon + 1)..], out var to) || (from < 0 == to < 0 && from > to))
            return false;
        bytes = (from, to);
        return true;
    }

    // long.MinValue has no opposite.
    private static bool TryParseNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && number > long.MinValue;
}
