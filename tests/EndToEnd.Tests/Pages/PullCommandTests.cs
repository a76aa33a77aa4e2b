using System.Net;
using System.Text.RegularExpressions;
using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Pages;

/// <summary>The commands on the page, run as they stand there.</summary>
public sealed partial class PullCommandTests(Site site)
{
    [EndToEndTheory]
    [InlineData("Docker", "docker 28.5 store", "docker-engine.sh 28.5 store docker")]
    [InlineData("Docker", "docker 20.10 graph", "docker-engine.sh 20.10 graph docker")]
    [InlineData("containerd", "containerd 2.1", "containerd.sh 2.1 ctr")]
    [InlineData("Podman", "podman 5.8", "daemonless.sh podman sid")]
    [InlineData("skopeo", "skopeo 1.22", "daemonless.sh skopeo sid")]
    [InlineData("crane", "crane", "daemonless.sh crane sid")]
    public async Task A_command_pulls_what_the_page_shows(string called, string client, string script)
    {
        var published = await site.PublishAsync("docker-20.10.24-two.tar");
        var gateway = await site.GatewayAsync();
        await site.ClientAsync(client);
        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(gateway.Address, $"/image?name={published.Root.Component}/t/tiny:s2"));
        var commands = Command().Matches(page).Where(m => m.Groups[2].Value == called).Select(m => (By: m.Groups[1].Value, Words: WebUtility.HtmlDecode(m.Groups[3].Value).Split(' '))).ToList();
        Assert.Equal(["tag", "digest"], commands.Select(c => c.By));
        foreach (var (by, words) in commands)
        {
            // Where the client writes a file, it is written where the test may.
            string[] arguments = words[^1].Contains(gateway.Authority, StringComparison.Ordinal)
                ? words[1..]
                : [.. words[1..^1], words[^1].Replace("tiny", site.NewPath($"tiny-{by}"), StringComparison.Ordinal)];
            var parts = script.Split(' ');
            (await Scripts.RunAsync(parts[0], [.. parts[1..], .. arguments])).Succeeded();
        }
    }

    [GeneratedRegex("<code id=\"(tag|digest)-(\\w+)\">([^<]*)</code>")]
    private static partial Regex Command();
}
