using System.Runtime.CompilerServices;
using Xunit.Sdk;
using Xunit.v3;

// The clients share a machine of few cores, and some of them a storage: one after the other.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(Image2Ipfs.EndToEnd.Tests.Site))]

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>Whether the tests with real clients run: they need root on Debian 12, and what clients/setup.sh installs.</summary>
public static class EndToEnd
{
    public const string Variable = "IMAGE2IPFS_E2E";

    internal const string Reason = $"needs real clients: run clients/setup.sh, then set {Variable}";

    public static bool Wanted { get; } = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));
}

/// <summary>A test with real clients. Where they are wanted, one that is missing is a failure.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EndToEndFactAttribute : FactAttribute
{
    public EndToEndFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line)
    {
        Skip = EndToEnd.Reason;
        SkipType = typeof(EndToEnd);
        SkipUnless = nameof(EndToEnd.Wanted);
    }
}

/// <summary>The same, with one row a client.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EndToEndTheoryAttribute : TheoryAttribute
{
    public EndToEndTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line)
    {
        Skip = EndToEnd.Reason;
        SkipType = typeof(EndToEnd);
        SkipUnless = nameof(EndToEnd.Wanted);
    }
}
