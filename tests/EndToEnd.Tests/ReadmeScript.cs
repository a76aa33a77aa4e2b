using System.Text;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>
/// One shell script of a Markdown file's commands, in their order: every block that is fenced as <c>sh</c>. A block fenced as
/// <c>sh gateway</c> starts the Gateway and stays in the foreground, so here it runs in the background, and the next
/// block waits for it. Blocks with other words, or none, are not run.
/// </summary>
internal static class ReadmeScript
{
    private const string Beginning = """
        set -euo pipefail
        set -m # a background job is a process group of its own, which is ended as one
        trap 'for job in $(jobs -p); do kill -TERM -- -$job; wait $job || true; done 2>/dev/null' EXIT

        """;

    private const string WaitForGateway = """
        for attempt in $(seq 120); do
            curl -fsS -o /dev/null http://127.0.0.1:5000/v2/ 2>/dev/null && break
            kill -0 $!
            sleep 1
        done
        curl -fsS -o /dev/null http://127.0.0.1:5000/v2/

        """;

    /// <exception cref="InvalidDataException">There is no block to run, or one has no end.</exception>
    public static string From(string markdown)
    {
        var script = new StringBuilder(Beginning);
        var blocks = 0;
        string? fence = null;
        foreach (var line in markdown.ReplaceLineEndings("\n").Split('\n'))
        {
            if (fence is null && line.StartsWith("```", StringComparison.Ordinal))
            {
                fence = line[3..].Trim();
                blocks += fence is "sh" or "sh gateway" ? 1 : 0;
                if (fence == "sh gateway")
                    script.Append("{\n");
            }
            else if (fence is not null && line.TrimEnd() == "```")
            {
                if (fence == "sh gateway")
                    script.Append("} &\n").Append(WaitForGateway);
                fence = null;
            }
            else if (fence is "sh" or "sh gateway")
            {
                script.Append(line).Append('\n');
            }
        }
        if (fence is not null)
            throw new InvalidDataException("a fenced block has no end");
        return blocks > 0 ? script.ToString() : throw new InvalidDataException("there is no block fenced as sh");
    }
}
