using System.Text.Json;

namespace Image2Ipfs.Testing;

/// <summary>The files of tests/Vectors.</summary>
public static class Vectors
{
    /// <summary>The checkout's top folder.</summary>
    public static string Repository { get; } = FindRepository();

    public static string Folder { get; } = Path.Combine(Repository, "tests", "Vectors");

    public static string File(params string[] parts) => Path.Combine([Folder, .. parts]);

    public static byte[] Bytes(params string[] parts) => System.IO.File.ReadAllBytes(File(parts));

    public static string Text(params string[] parts) => System.IO.File.ReadAllText(File(parts));

    public static JsonElement Json(params string[] parts) => JsonElement.Parse(Bytes(parts));

    /// <summary>A table's rows, their cells by the names in its head.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, string>> Rows(string table)
    {
        string[]? head = null;
        foreach (var line in System.IO.File.ReadLines(File(table)).Where(line => !line.StartsWith('#')))
        {
            var cells = line.Split('\t');
            if (head is null)
                head = cells;
            else
                yield return head.Zip(cells).ToDictionary(cell => cell.First, cell => cell.Second);
        }
    }

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!System.IO.File.Exists(Path.Combine(folder, "Image2Ipfs.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests run inside a checkout");
        return folder;
    }
}
