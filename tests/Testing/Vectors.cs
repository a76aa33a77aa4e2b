namespace Image2Ipfs.Testing;

/// <summary>The files of tests/Vectors.</summary>
public static class Vectors
{
    /// <summary>The checkout's top folder.</summary>
    public static string Repository { get; } = FindRepository();

    public static string Folder { get; } = Path.Combine(Repository, "tests", "Vectors");

    public static string File(params string[] parts) => Path.Combine([Folder, .. parts]);

    public static byte[] Bytes(params string[] parts) => System.IO.File.ReadAllBytes(File(parts));

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!System.IO.File.Exists(Path.Combine(folder, "Image2Ipfs.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests run inside a checkout");
        return folder;
    }
}
