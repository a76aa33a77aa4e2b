using Image2Ipfs.Registry;

namespace Image2Ipfs.Tests;

/// <summary>What lies in a folder: paths, and what the files hold but for locks, which nobody else may open.</summary>
internal static class FolderListing
{
    public static IReadOnlyList<string> Of(string folder) =>
    [
        .. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
            .Select(path => File.Exists(path) && Path.GetFileName(path) != "lock" ? $"{path} {Digest.Sha256(File.ReadAllBytes(path))}" : path)
            .Order(StringComparer.Ordinal),
    ];
}
