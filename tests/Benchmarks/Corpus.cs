using System.Formats.Tar;

namespace Image2Ipfs.Benchmarks;

/// <summary>
/// An image of real files: programs, libraries, scripts and texts of the machine compress as images do, which random or
/// repeated bytes do not.
/// </summary>
internal static class Corpus
{
    private const int Layers = 5;

    /// <summary>A file takes at most this part of a layer, so that layers come out about as large as asked for.</summary>
    private const int MaxFileShare = 4;

    private static readonly string[] Folders = ["/usr/bin", "/usr/sbin", "/usr/share/dotnet", "/usr/lib", "/usr/share", "/usr/include", "/usr/local", "/opt"];

    public static int Write(string file, long bytes)
    {
        using var files = Files(bytes / Layers / MaxFileShare).GetEnumerator();
        var written = DockerArchive.Write(file, "bench/corpus:latest", Enumerable.Range(0, Layers).Select(_ => (Action<TarWriter>)WriteLayer));
        Console.WriteLine($"{file}: {written} bytes in {Layers} layers");
        return 0;

        void WriteLayer(TarWriter tar)
        {
            for (var left = bytes / Layers; left > 0 && files.MoveNext(); left -= files.Current.Length)
            {
                using var content = files.Current.OpenRead();
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, files.Current.FullName[1..]) { DataStream = content, ModificationTime = DateTimeOffset.UnixEpoch });
            }
        }
    }

    private static IEnumerable<FileInfo> Files(long maxLength)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device };
        return Folders.Where(Directory.Exists)
            .SelectMany(folder => new DirectoryInfo(folder).EnumerateFiles("*", options).OrderBy(f => f.FullName, StringComparer.Ordinal))
            .Where(f => f.Length > 0 && f.Length < maxLength && f.LinkTarget is null);
    }
}
