using Image2Ipfs.Publisher.Archive;
using Image2Ipfs.Publisher.Describe;
using Image2Ipfs.Publisher.Images;
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
    /// <param name="input">Where the image is.</param>
    /// <param name="cancel">Stops between two blocks; the store is as it was.</param>
    public async Task<PublishResult> RunAsync(IInput input, CancellationToken cancel)
    {
        using var staging = store.Stage(options.Profile);
        await using var pipeline = new LayerPipeline(staging, options.Compression, options.Threads, progress);

        // 1, 2, 3: one pass; what a layer belongs to is known only when the archive has gone by.
        var contents = new ArchiveContents(pipeline, staging);
        await input.ReadAsync(new MemberReader(pipeline, progress), contents, cancel).ConfigureAwait(false);
        var images = await InputImages.ReadAsync(contents, cancel).ConfigureAwait(false);

        // 4
        var tagged = TaggedImage.From(PlatformChoice.Of(images, options.Platforms, staging), options.Name, options.Tag);
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
}
