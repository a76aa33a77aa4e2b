using System.Formats.Tar;

namespace Image2Ipfs.Benchmarks;

/// <summary>The image that is served: one large layer, and small ones that make its manifest long.</summary>
internal static class BenchmarkImage
{
    /// <returns>The root, as it stands in a pull name.</returns>
    public static async Task<string> PublishAsync(string publisher, string store, string tree, string archive, int blobBytes, int smallLayers)
    {
        var random = new Random(1);
        DockerArchive.Write(archive, "bench:latest", Enumerable.Range(0, smallLayers + 1).Select(i => (Action<TarWriter>)(tar =>
        {
            // Random bytes do not compress: the blob is as large as the layer.
            var content = new byte[i == 0 ? blobBytes : 100];
            random.NextBytes(content);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"file{i}") { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch });
        })));
        var pull = await Tools.RunAsync(publisher, "--store", store, "-q", "--to", $"dir:{tree}", archive);
        return pull.Split('/')[1];
    }
}
