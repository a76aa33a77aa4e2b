using System.Text;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>
/// One shell script of a Markdown file's commands, in their order: every block that is fenced as <c>sh</c>, whatever word
/// follows. <c>sh gateway</c> and <c>sh settings</c> start a Gateway that stays in the foreground; here it runs in the
/// background, in place of the one before it, and the next block waits for it. A block without a word, next after one that
/// was run, is what that one prints.
/// </summary>
internal sealed class ReadmeScript
{
    private const string Beginning = """
        set -euo pipefail
        set -m # a background job is a process group of its own, which is ended as one
        gateway=""
        end_gateway() {
            [ -n "$gateway" ] || return 0
            kill -TERM -- "-$gateway"
            wait "$gateway" || true
            gateway=""
        }
        trap end_gateway EXIT
        wait_for_gateway() {
            for attempt in $(seq 180); do
                curl -fs -o /dev/null http://127.0.0.1:5000/v2/ && return
                kill -0 "$gateway"
                sleep 1
            done
            return 1
        }

        """;

    private readonly StringBuilder _script = new(Beginning);
    private readonly List<string> _printed = [];

    /// <exception cref="InvalidDataException">There is no block to run, or one has no end.</exception>
    public ReadmeScript(string markdown)
    {
        var blocks = 0;
        string? before = null;
        string? fence = null;
        foreach (var line in markdown.ReplaceLineEndings("\n").Split('\n'))
        {
            if (fence is null)
            {
                if (!line.StartsWith("```", StringComparison.Ordinal))
                    continue;
                fence = line[3..].Trim();
                blocks += IsRun(fence) ? 1 : 0;
                if (StartsGateway(fence))
                    _script.Append("end_gateway\n{\n");
            }
            else if (line.TrimEnd() == "```")
            {
                if (StartsGateway(fence))
                    _script.Append("} &\ngateway=$!\nwait_for_gateway\n");
                (before, fence) = (fence, null);
            }
            else if (IsRun(fence))
            {
                _script.Append(line).Append('\n');
            }
            else if (fence.Length == 0 && before is not null && IsRun(before))
            {
                _printed.Add(line);
            }
        }
        if (fence is not null)
            throw new InvalidDataException("a fenced block has no end");
        if (blocks == 0)
            throw new InvalidDataException("there is no block fenced as sh");
    }

    /// <summary>The lines that the Markdown says are printed.</summary>
    public IReadOnlyList<string> Printed => _printed;

    public override string ToString() => _script.ToString();

    private static bool IsRun(string fence) => fence.Split(' ')[0] == "sh";

    private static bool StartsGateway(string fence) => fence is "sh gateway" or "sh settings";
}
