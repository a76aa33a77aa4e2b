using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests.Fronts;

/// <summary>A file of config/, of which a copy is made where nothing but addresses, ports and paths is another.</summary>
internal static class Shipped
{
    public static string PathOf(params string[] parts) => Path.Combine([Vectors.Repository, "config", .. parts]);

    /// <summary>Writes the copy. What is to be replaced must be there.</summary>
    public static async Task CopyAsync(string[] file, string to, IEnumerable<(string From, string To)> replacements)
    {
        var text = await File.ReadAllTextAsync(PathOf(file));
        foreach (var (from, with) in replacements)
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            text = text.Replace(from, with, StringComparison.Ordinal);
        }
        await File.WriteAllTextAsync(to, text);
    }
}
