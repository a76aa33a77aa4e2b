using System.Formats.Tar;
using System.Security.Cryptography;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary>
/// An archive as Docker 20.10 writes it, of two layers that do not compress: one of a few blocks, and one of so many that
/// their links need two levels (174 links of 256 KiB are 43.5 MiB).
/// </summary>
internal static class LargeArchive
{
    private static readonly int[] LayerSizes = [1_000_000, 46_000_000];

    public static async Task WriteAsync(string file)
    {
        await using var archive = new TarWriter(File.Create(file), TarEntryFormat.Ustar);
        var diffIds = new List<string>();
        for (var i = 0; i < LayerSizes.Length; i++)
        {
            var layer = await LayerAsync(i, LayerSizes[i]);
            diffIds.Add($"\"sha256:{Convert.ToHexStringLower(SHA256.HashData(layer))}\"");
            await AddAsync(archive, $"{i}/layer.tar", layer);
        }
        await AddAsync(archive, "config.json", System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","config":{},"history":[{"created_by":"one"},{"created_by":"two"}],"rootfs":{"type":"layers","diff_ids":[{{{string.Join(',', diffIds)}}}]}}"""));
        await AddAsync(archive, "manifest.json", """[{"Config":"config.json","RepoTags":["team/large:1"],"Layers":["0/layer.tar","1/layer.tar"]}]"""u8.ToArray());
    }

    private static async Task<byte[]> LayerAsync(int seed, int size)
    {
        var content = new byte[size];
#pragma warning disable CA5394 // Random is not for secrets: it is to give the same bytes each time.
        new Random(seed).NextBytes(content);
#pragma warning restore CA5394
        using var bytes = new MemoryStream();
        await using (var layer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
            await AddAsync(layer, $"random-{seed}", content);
        return bytes.ToArray();
    }

    private static Task AddAsync(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch });
}
