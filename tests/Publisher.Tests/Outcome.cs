using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Output;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>What a run of the program left on its way out.</summary>
internal sealed record Outcome(int Exit, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The root that the first pull name holds.</summary>
    public Cid Root => PullName.ParseRoot(Published().Lines[0]);

    public Outcome Succeeded()
    {
        Assert.True(Exit == 0, $"exit {Exit}: {Error}");
        return this;
    }

    public Outcome Published()
    {
        Assert.NotEmpty(Succeeded().Lines);
        return this;
    }

    /// <summary>The program's fault line by its rules: one error, one hint at most, no result, nothing that moves a cursor.</summary>
    public Outcome Failed(int exit = 1)
    {
        Assert.True(Exit == exit, $"exit {Exit} instead of {exit}: {Output} {Error}");
        Assert.Equal("", Output);
        // How far a slow run was by then may stand before.
        var lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipWhile(line => line.StartsWith("layer ", StringComparison.Ordinal)).ToList();
        Assert.Single(lines, line => line.StartsWith("image2ipfs: error: ", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(
            line.StartsWith("image2ipfs: error: ", StringComparison.Ordinal) || line.StartsWith("hint: ", StringComparison.Ordinal), $"neither error nor hint: {line}"));
        Assert.DoesNotContain(Error, c => char.IsControl(c) && c != '\n');
        // What the program foresaw has words of its own.
        Assert.DoesNotContain("hint: --debug", Error, StringComparison.Ordinal);
        return this;
    }

    public Outcome FailedWithHint(int exit = 1)
    {
        Assert.Contains("\nhint: ", Failed(exit).Error, StringComparison.Ordinal);
        return this;
    }
}
