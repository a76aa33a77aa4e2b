using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Publisher.Describe;
using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Publisher.Output;
using Image2Ipfs.Publisher.Targets;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher;

/// <summary>
/// A publish, in six steps and one pass over the input:
/// <list type="number">
/// <item>read the archive as a stream;</item>
/// <item>compress its layers;</item>
/// <item>chunk and hash them, in the same pass;</item>
/// <item>describe each image in every manifest form;</item>
/// <item>tie the directories together, up to the root;</item>
/// <item>hand the root over: to the store, and from there to the targets.</item>
/// </list>
/// </summary>
internal sealed class Publish(LocalStore store, PublishOptions options, PublishProgress progress)
{
    /// <exception cref="PublisherException">The input or a target is at fault; the store is as it was, or has the root.</exception>
    public async Task<PublishResult> RunAsync(Stream input, CancellationToken cancel)
    {
        using var staging = store.Stage(options.Profile);
        await using var pipeline = new LayerPipeline(staging, options.Level, options.Threads, progress);

        // 1, 2, 3: one pass; what a layer belongs to is known only when the archive has gone by.
        var contents = await new ArchiveReader(pipeline, progress).ReadAsync(input, cancel).ConfigureAwait(false);
        var images = await ReadImagesAsync(contents, pipeline, cancel).ConfigureAwait(false);

        // 4
        var tagged = TaggedImage.From(images, options.Name, options.Tag);
        var forms = tagged.ConvertAll(image => ImageForms.Describe(image, staging));

        // 5
        var tree = ImageTree.Tie(options.Profile, forms, staging);
        // Before the store has it: what nobody can pull does not belong there.
        forms.ForEach(f => PullName.CheckLength(tree.Root.Cid, f.Tagged.Name));
        var result = new PublishResult(tree.Root.Cid, forms) { TotalSize = tree.Root.TotalSize };
        if (options.NoAdd)
            return result;

        // 6
        var added = staging.Commit(tree.Root.Cid, tree.Blocks, tree.Blobs);
        if (options.Targets.Count > 0)
        {
            var root = store.Open(tree.Root.Cid) ?? throw new PublisherException($"{tree.Root.Cid} was removed from the store before it was handed over");
            result = result with { Deliveries = await Handover.SendAsync(root, options.Targets, progress, cancel).ConfigureAwait(false) };
        }
        return result with { Added = added };
    }

    private static async Task<List<SourceImage>> ReadImagesAsync(ArchiveContents contents, LayerPipeline pipeline, CancellationToken cancel)
    {
        if (contents.Contains(ManifestJson.Path))
            return NotEmpty(await new ManifestJson(contents, pipeline).ReadImagesAsync(cancel).ConfigureAwait(false));
        if (contents.Contains(Repositories.Path) || contents.Paths.Any(p => p.EndsWith("/json", StringComparison.Ordinal)))
            return NotEmpty(await new Repositories(contents, pipeline).ReadImagesAsync(cancel).ConfigureAwait(false));
        if (contents.Contains("oci-layout") || contents.Contains("index.json"))
            throw new PublisherException("this is an OCI image layout, which cannot be read yet", "'skopeo copy oci-archive:FILE docker-archive:FILE2' writes an archive that can");
        throw new PublisherException(
            contents.Paths.Any() ? $"the archive has neither {ManifestJson.Path} nor {Repositories.Path}: it holds no image" : "the input is empty",
            "pass what 'docker save IMAGE' writes");
    }

    private static List<SourceImage> NotEmpty(List<SourceImage> images) =>
        images.Count > 0 ? images : throw new PublisherException("the archive lists no image", "name one: 'docker save IMAGE'");
}
