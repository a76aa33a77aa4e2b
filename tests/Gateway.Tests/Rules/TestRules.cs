using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Settings;
using Image2Ipfs.Gateway.Sources;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Tests.Rules;

/// <summary>Rules out of files and settings, without a Gateway.</summary>
internal static class TestRules
{
    /// <summary>Each text is a file; the first is the first by name.</summary>
    public static ContentRules OfLists(params string[] texts)
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < texts.Length; i++)
            File.WriteAllText(folder[$"{i}.deny"], texts[i]);
        return Of(new GatewaySettings { Content = { Denylists = { folder.Path } } });
    }

    public static ContentRules Of(GatewaySettings settings)
    {
        var options = Options.Create(settings);
        return new ContentRules(options, new Denylists(options, NullLogger<Denylists>.Instance));
    }

    /// <param name="path">/ipfs/… or /ipns/…, as a client writes it.</param>
    /// <returns>Why it may not be had, or null.</returns>
    public static Denial? Find(this ContentRules rules, string path)
    {
        var parts = path.TrimEnd('/').Split('/', 4);
        var below = parts.Length > 3 ? parts[3] : "";
        return parts[1] == "ipfs" ? rules.Find(new Place(Cid.Parse(parts[2]), below))
            : RootName.ParsePath($"/ipns/{parts[2]}") is RootName.Moving moving ? rules.Find(moving.Name, below)
            : rules.FindForeign(parts[2], below);
    }
}
