using System.Text.Json;
using System.Text.RegularExpressions;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>The files of config/ that nothing here can run, by what their programs' documentation says; and that Caddy's is written as Caddy writes it.</summary>
public sealed partial class ShippedTests(Site site)
{
    [EndToEndFact]
    public async Task The_Caddyfile_is_formatted()
    {
        var (file, formatted) = (Shipped.PathOf("caddy", "Caddyfile"), (await Command.RunAsync("caddy", ["fmt", Shipped.PathOf("caddy", "Caddyfile")])).Output);
        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), formatted);
    }

    [EndToEndTheory]
    [InlineData("static", "traefik.toml")]
    [InlineData("dynamic", "image2ipfs.toml")]
    public async Task Traefik_has_every_key(string kind, string file)
    {
        var known = Vectors.Rows("proxies/traefik-keys.tsv").Where(r => r["file"] == kind).Select(r => r["key"]).ToHashSet(StringComparer.Ordinal);
        var toml = (await Command.RunAsync("python3", ["-c", "import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb'))))", Shipped.PathOf("traefik", file)])).Succeeded().Output;
        var keys = KeysOf(JsonElement.Parse(toml), "").ToList();
        Assert.NotEmpty(keys);
        // A table with nothing in it says something by being there.
        Assert.All(keys, key => Assert.True(known.Contains(key) || known.Any(k => k.StartsWith($"{key}.", StringComparison.Ordinal)), key));
    }

    [EndToEndFact]
    public async Task Traefiks_routers_lead_to_what_is_there()
    {
        var text = await File.ReadAllTextAsync(Shipped.PathOf("traefik", "image2ipfs.toml"), TestContext.Current.CancellationToken);
        foreach (var service in Service().Matches(text).Select(m => m.Groups[1].Value).Where(s => !s.EndsWith("@internal", StringComparison.Ordinal)))
            Assert.Contains($"[http.services.{service}.loadBalancer]", text, StringComparison.Ordinal);
        Assert.Contains("[http.middlewares.nobody.", text, StringComparison.Ordinal);
        Assert.Contains("[http.serversTransports.patient.", text, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Kubo_has_every_key_and_takes_every_value()
    {
        var folder = Path.GetDirectoryName(site.NewPath("ipfs"))!;
        var (ipfs, said) = (Path.Combine(folder, "ipfs"), Path.Combine(folder, "said"));
        await File.WriteAllTextAsync(ipfs, $"#!/bin/sh\nfor argument; do printf '%s\\0' \"$argument\"; done >>'{said}'\nprintf '\\n' >>'{said}'\n", TestContext.Current.CancellationToken);
        (await Command.RunAsync("chmod", ["+x", ipfs])).Succeeded();
        (await Command.RunAsync(Shipped.PathOf("kubo", "configure.sh"), ["example.org"], new Dictionary<string, string?> { ["PATH"] = $"{folder}:/usr/bin:/bin" })).Succeeded();

        var types = Vectors.Rows("proxies/kubo-keys.tsv").ToDictionary(r => r["key"], r => r["type"]);
        var set = (await File.ReadAllTextAsync(said, TestContext.Current.CancellationToken)).Split("\0\n", StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\0')).ToList();
        Assert.True(set.Count >= 5);
        foreach (var words in set)
        {
            Assert.Equal(["config", "--json"], words[..2]);
            AssertFits(types, words[2], JsonElement.Parse(words[3]));
        }
        Assert.Equal(["example.org"], JsonElement.Parse(set.Single(w => w[2] == "Gateway.PublicGateways")[3]).EnumerateObject().Select(p => p.Name));
        Assert.Contains("usage:", (await Command.RunAsync(Shipped.PathOf("kubo", "configure.sh"), [])).Failed().Error, StringComparison.Ordinal);
    }

    private static void AssertFits(Dictionary<string, string> types, string key, JsonElement value)
    {
        Assert.True(types.TryGetValue(key, out var type), $"Kubo has no {key}");
        if (type == "map")
        {
            foreach (var member in value.EnumerateObject().SelectMany(host => host.Value.EnumerateObject()))
                AssertFits(types, $"{key}.*.{member.Name}", member.Value);
            return;
        }
        JsonValueKind[] kinds = type switch
        {
            "bool" or "flag" => [JsonValueKind.True, JsonValueKind.False],
            "strings" => [JsonValueKind.String, JsonValueKind.Array],
            "optionalDuration" => [JsonValueKind.String],
            _ => type!.StartsWith("array", StringComparison.Ordinal) ? [JsonValueKind.Array] : [JsonValueKind.Object],
        };
        Assert.True(kinds.Contains(value.ValueKind), $"{key} is {type}, and not {value}");
    }

    /// <summary>The paths of all values; whatever a person names is a star.</summary>
    private static IEnumerable<string> KeysOf(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.Object when value.EnumerateObject().Any() => value.EnumerateObject().SelectMany(member =>
            KeysOf(member.Value, path.Length == 0 ? member.Name : $"{path}.{(path is "entryPoints" or "http.routers" or "http.services" or "http.middlewares" or "http.serversTransports" ? "*" : member.Name)}")),
        JsonValueKind.Array when value.EnumerateArray().All(i => i.ValueKind == JsonValueKind.Object) => value.EnumerateArray().SelectMany(item => KeysOf(item, path)),
        _ => [path],
    };

    [GeneratedRegex("service = \"([^\"]+)\"")]
    private static partial Regex Service();
}
