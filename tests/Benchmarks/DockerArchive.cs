using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Image2Ipfs.Benchmarks;

/// <summary>Writes an archive as <c>docker save</c> of Docker 20.10 does, of layers that others write.</summary>
internal static class DockerArchive
{
    private const string Step = """{"created":"2026-01-01T00:00:00Z","created_by":"COPY"}""";

    /// <param name="file">The archive.</param>
    /// <param name="name">The image's name and tag.</param>
    /// <param name="layers">Each writes one layer's members.</param>
    /// <returns>The bytes of all layers.</returns>
    public static long Write(string file, string name, IEnumerable<Action<TarWriter>> layers)
    {
        using var archive = new TarWriter(File.Create(file), TarEntryFormat.Ustar);
        var diffIds = new List<string>();
        var bytes = 0L;
        foreach (var write in layers)
        {
            var layer = file + ".layer";
            using (var tar = new TarWriter(File.Create(layer), TarEntryFormat.Pax))
                write(tar);
            using (var content = File.OpenRead(layer))
            {
                diffIds.Add(Convert.ToHexStringLower(SHA256.HashData(content)));
                content.Position = 0;
                bytes += content.Length;
                Add($"{diffIds[^1]}/layer.tar", content);
            }
            File.Delete(layer);
        }

        var ids = string.Join(',', diffIds.Select(d => $"\"sha256:{d}\""));
        var config = $"{{\"architecture\":\"amd64\",\"config\":{{}},\"created\":\"2026-01-01T00:00:00Z\",\"history\":[{string.Join(',', diffIds.Select(_ => Step))}],\"os\":\"linux\",\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[{ids}]}}}}";
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(config)));
        AddText($"{id}.json", config);
        AddText("manifest.json", $"[{{\"Config\":\"{id}.json\",\"RepoTags\":[\"{name}\"],\"Layers\":[{string.Join(',', diffIds.Select(d => $"\"{d}/layer.tar\""))}]}}]");
        return bytes;

        void AddText(string path, string text) => Add(path, new MemoryStream(Encoding.UTF8.GetBytes(text)));

        void Add(string path, Stream content) =>
            archive.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = content, ModificationTime = DateTimeOffset.UnixEpoch });
    }
}
