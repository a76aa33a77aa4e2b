using System.Formats.Tar;

namespace Image2Ipfs.Benchmarks.Load;

/// <summary>Images of 28 MB: one layer of 16 MB that all have, one of 8 MB and four of 1 MB of their own.</summary>
internal static class LoadImages
{
    private static readonly int[] OwnLayers = [8_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000];

    /// <returns>Names as they stand below /v2/.</returns>
    public static async Task<IReadOnlyList<string>> PublishAsync(string publisher, string store, string archive, int count)
    {
        var names = new List<string>();
        for (var image = 0; image < count; image++)
        {
            DockerArchive.Write(archive, $"load{image}:latest", OwnLayers.Select((bytes, i) => Layer((image * OwnLayers.Length) + i + 1, bytes)).Prepend(Layer(0, 16_000_000)));
            var pull = await Tools.RunAsync(publisher, "--store", store, "-q", archive);
            names.Add(pull.Split('/', 2)[1].Split(':')[0]);
        }
        File.Delete(archive);
        return names;
    }

    private static Action<TarWriter> Layer(int seed, int bytes) => tar =>
    {
        // Random bytes do not compress: the blob is as large as the layer.
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"file{seed}") { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch });
    };
}
