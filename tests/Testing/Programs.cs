namespace Image2Ipfs.Testing;

/// <summary>The two programs and the benchmarks, as the same build wrote them that wrote the running tests.</summary>
public static class Programs
{
    public static string Publisher { get; } = Path.Combine(Vectors.Repository, "src", "Publisher", Output, "image2ipfs.dll");

    public static string Gateway { get; } = Path.Combine(Vectors.Repository, "src", "Gateway", Output, "Gateway.dll");

    public static string Benchmarks { get; } = Path.Combine(Vectors.Repository, "tests", "Benchmarks", Output, "Benchmarks.dll");

    /// <summary>The file beside a program's that a shell can run.</summary>
    public static string Runnable(string program) => Path.ChangeExtension(program, null);

    /// <summary>What runs them: the one that runs the tests, where that is known.</summary>
    public static string Dotnet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";

    /// <summary><c>bin/Release/net10.0</c>, or Debug: the end of the tests' own folder.</summary>
    private static string Output => Path.Combine([.. Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar)[^3..]]);
}
