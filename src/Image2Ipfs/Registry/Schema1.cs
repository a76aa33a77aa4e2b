using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Image2Ipfs.Registry;

/// <summary>
/// The canonical payload of a schema 1 manifest, made from a newer image's configuration and layers, for the clients
/// that read nothing else. Its digest is the digest of this payload, whoever signs it (<see cref="Schema1Signer"/>).
/// <code>
/// id(layer)   = sha256hex( hex(blobSum) + " " + parent )         the lower layers, from the base up
/// id(top)     = sha256hex( hex(blobSum) + " " + parent + " " + configuration )
/// v1(layer)   = {id, parent?, comment?, created, container_config: {Cmd: [created_by]}, author?, throwaway?}
/// v1(top)     = the configuration without rootfs and history, with id, parent?, throwaway?, keys sorted
/// payload     = {schemaVersion, name, tag, architecture, fsLayers, history}, the top layer first
/// </code>
/// Source: distribution v2.8.3, manifest/schema1/config_builder.go.
/// </summary>
public static class Schema1
{
    /// <summary>The gzip of an empty tar that stands for a step without a layer. Source: distribution, schema1/config_builder.go.</summary>
    public static readonly ReadOnlyMemory<byte> EmptyLayer = Convert.FromHexString("1f8b080000096e8800ff621805a360148c5800080000ffff2eafb5ef00040000");

    public static readonly Digest EmptyLayerDigest = Digest.Sha256(EmptyLayer.Span);

    /// <summary>The manifest repeats the configuration and names a layer a step; clients refuse more than some MiB.</summary>
    private const int MaxHistory = 1024;

    /// <summary>
    /// The payload, or null where schema 1 cannot say what the image is: no history, an endless one, or one that does
    /// not fit the layers.
    /// </summary>
    /// <param name="name">What the payload calls the repository.</param>
    /// <param name="tag">What the payload calls the tag.</param>
    /// <param name="config">The image's configuration.</param>
    /// <param name="layers">The digests of the compressed layers, base first.</param>
    public static byte[]? TryWritePayload(RepositoryName name, Tag tag, ImageConfig config, IReadOnlyList<Digest> layers)
    {
        if (config.History.Count is 0 or > MaxHistory || config.DiffIds.Count != layers.Count || config.History.Count(h => !h.EmptyLayer) != layers.Count)
            return null;

        var fsLayers = new List<Digest>();
        var history = new List<string>();
        var parent = "";
        var nextLayer = 0;
        for (var i = 0; i < config.History.Count; i++)
        {
            var entry = config.History[i];
            var blob = entry.EmptyLayer ? EmptyLayerDigest : layers[nextLayer++];
            var top = i == config.History.Count - 1;
            var id = Id(top ? [blob.Hex, " ", parent, " "] : [blob.Hex, " ", parent], top ? config.Bytes.Span : []);
            if (i == 0 && !top && config.BaseLayer is { } baseLayer)
                parent = Convert.ToHexStringLower(SHA384.HashData(Encoding.UTF8.GetBytes(baseLayer)).AsSpan(0, 32));
            fsLayers.Insert(0, blob);
            history.Insert(0, top ? TopV1(config, id, parent, entry.EmptyLayer) : LowerV1(entry, id, parent));
            parent = id;
        }
        return WritePayload(name, tag, config.Platform.Architecture, fsLayers, history);
    }

    private static string Id(ReadOnlySpan<string> texts, ReadOnlySpan<byte> rest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in texts)
            hash.AppendData(Encoding.ASCII.GetBytes(text));
        hash.AppendData(rest);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string LowerV1(ImageConfig.HistoryEntry entry, string id, string parent)
    {
        var json = new StringBuilder();
        Member("id", GoJson.Quote(id));
        if (parent.Length > 0) Member("parent", GoJson.Quote(parent));
        if (entry.Comment.Length > 0) Member("comment", GoJson.Quote(entry.Comment));
        Member("created", GoJson.Quote(entry.Created));
        Member("container_config", $$"""{"Cmd":[{{GoJson.Quote(entry.CreatedBy)}}]}""");
        if (entry.Author.Length > 0) Member("author", GoJson.Quote(entry.Author));
        if (entry.EmptyLayer) Member("throwaway", "true");
        return json.Append('}').ToString();

        void Member(string name, string value) => json.Append(json.Length == 0 ? '{' : ',').Append('"').Append(name).Append("\":").Append(value);
    }

    private static string TopV1(ImageConfig config, string id, string parent, bool emptyLayer)
    {
        using var json = JsonDocument.Parse(config.Bytes);
        var members = GoJson.Members(json.RootElement);
        members.Remove("rootfs");
        members.Remove("history");
        members["id"] = GoJson.Quote(id);
        if (parent.Length > 0) members["parent"] = GoJson.Quote(parent);
        if (emptyLayer) members["throwaway"] = "true";
        return GoJson.Map(members);
    }

    /// <summary>Go's <c>json.MarshalIndent(manifest, "", "   ")</c>.</summary>
    private static byte[] WritePayload(RepositoryName name, Tag tag, string architecture, List<Digest> fsLayers, List<string> history)
    {
        var blobSums = fsLayers.Select(l => $"      {{\n         \"blobSum\": \"{l}\"\n      }}");
        var v1s = history.Select(v1 => $"      {{\n         \"v1Compatibility\": {GoJson.Quote(v1)}\n      }}");
        return Encoding.UTF8.GetBytes(
            $"{{\n   \"schemaVersion\": 1,\n   \"name\": {GoJson.Quote(name.ToString())},\n   \"tag\": {GoJson.Quote(tag.ToString())},\n" +
            $"   \"architecture\": {GoJson.Quote(architecture)},\n" +
            $"   \"fsLayers\": [\n{string.Join(",\n", blobSums)}\n   ],\n   \"history\": [\n{string.Join(",\n", v1s)}\n   ]\n}}");
    }
}
