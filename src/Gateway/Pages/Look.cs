using Image2Ipfs.Gateway.Answers;
using Image2Ipfs.Gateway.Layouts;
using Image2Ipfs.Gateway.Lists;
using Image2Ipfs.Gateway.Names;
using Image2Ipfs.Gateway.Rules;
using Image2Ipfs.Gateway.Upstreams;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Gateway.Pages;

/// <summary>
/// A look at a pull name, in the steps of a pull: find the repository, its tags or one image, and all that is said of it. What has to be
/// there is read with a pull's patience, what is told beside it with less.
/// </summary>
internal sealed class Look(Admission admission, ContentRules rules, Roots roots, LocalStore store, ImageReader reader, ReferrerLists referrers, TimeProvider clock)
{
    private const int TagsOnPage = 25;
    private const int ChildrenRead = 40;

    /// <summary>How long is waited for what the page can do without.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <returns>A page, the address where one is, or an error.</returns>
    /// <exception cref="DeniedException">It may not be had.</exception>
    /// <exception cref="UpstreamsFailedException">The upstreams do not give it.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public async Task<Seen> AtAsync(ImageName name, int page, HttpContext context)
    {
        var (mayAsk, cancel) = (!Loop.Closes(context.Request), context.RequestAborted);
        if (rules.AreOn && await admission.FindAsync(name.ToPath(), name.ToPath(), context.Request, mayAsk).ConfigureAwait(false) is { } denial)
            throw new DeniedException(denial);
        if (await roots.FindAsync(name.Name, mayAsk, cancel).ConfigureAwait(false) is not { } repository)
            // A root alone is a list of names, if it is known here.
            return RootName.Parse(name.Name) is RootName.Fixed({ Path: "" } place) && store.Find(place.Root) is not null
                ? new Seen.Elsewhere($"/?q={name.Name}")
                : new Seen.Wrong(RegistryError.NameUnknown($"there is no {name.Name}, neither in the store nor with the upstreams"));
        if (name is { Tag: null, Digest: null })
            return new Seen.Tags(await TagsAsync(repository, name.Name, page, cancel).ConfigureAwait(false));

        var forms = name.Digest is null ? await repository.FormsAsync(name.Tag!.Value, cancel).ConfigureAwait(false) : [];
        if (forms is null or [] && name.Digest is null)
            return new Seen.Wrong(RegistryError.ManifestUnknown($"{name.Name} has no tag {name.Tag}"));
        var digest = name.Digest ?? ImageReader.Choose(forms!).Digest;
        if (await reader.ReadAsync(repository, digest, cancel).ConfigureAwait(false) is not { } manifest)
            return new Seen.Wrong(RegistryError.ManifestUnknown($"{name.Name} has no manifest {digest}"));
        return new Seen.Image(await ImageAsync(repository, name, manifest, forms!, context).ConfigureAwait(false));
    }

    private async Task<ImagePage> ImageAsync(Repository repository, ImageName name, SeenManifest manifest, IReadOnlyList<Descriptor> forms, HttpContext context)
    {
        var cancel = context.RequestAborted;
        var listed = ReferrersAsync(repository, manifest.Digest, cancel);
        // The one that is shown first: it must not be among those for which no time is left.
        var first = manifest.Children.Count > 0 ? ImageReader.Choose(manifest)?.Digest : null;
        var children = await reader.ReadAsync(repository, [.. first is { } f ? [f] : Array.Empty<Digest>(), .. manifest.Children.Select(c => c.Digest).Take(ChildrenRead)], Patience, cancel).ConfigureAwait(false);
        return new ImagePage(name, manifest, new PullCommands(context), repository.IsProven)
        {
            Forms = forms,
            Children = children,
            Child = first is { } shown ? children.GetValueOrDefault(shown) : null,
            Referrers = await listed.ConfigureAwait(false),
        };
    }

    private async Task<RepositoryPage> TagsAsync(Repository repository, RepositoryName name, int page, CancellationToken cancel)
    {
        var tags = repository.Tags.Where(t => rules.MayBeHad(t.Value)).OrderBy(t => t.Key.ToString(), StringComparer.Ordinal).ToList();
        var pages = Math.Max(1, (tags.Count + TagsOnPage - 1) / TagsOnPage);
        page = Math.Min(page, pages);
        var shown = tags.Skip((page - 1) * TagsOnPage).Take(TagsOnPage).Select(t => (Tag: t.Key, Forms: t.Value, Main: ImageReader.Choose(t.Value))).ToList();
        var read = await reader.ReadAsync(repository, shown.Select(t => t.Main.Digest), Patience, cancel).ConfigureAwait(false);
        var children = await reader.ReadAsync(repository, read.Values.Select(ImageReader.Choose).OfType<Descriptor>().Select(c => c.Digest), Patience, cancel).ConfigureAwait(false);
        return new RepositoryPage(name, [.. shown.Select(t => Row(t.Tag, t.Forms, t.Main.Digest))], tags.Count, page, pages, repository.IsProven);

        TagRow Row(Tag tag, IReadOnlyList<Descriptor> forms, Digest digest)
        {
            var main = read.GetValueOrDefault(digest);
            var image = main is { Children.Count: > 0 } && ImageReader.Choose(main) is { } child ? children.GetValueOrDefault(child.Digest) : main;
            var platforms = main is { Children.Count: > 0 }
                ? main.Children.Select(c => c.Platform).OfType<Platform>().Where(p => p.Os != "unknown")
                : image?.Config?.Platform is { } platform ? [platform] : [];
            return new TagRow(tag, forms, digest, [.. platforms], image?.Config?.Created, image?.Bytes);
        }
    }

    /// <returns>Null where it is not known in time.</returns>
    private async Task<IReadOnlyList<Descriptor>?> ReferrersAsync(Repository repository, Digest subject, CancellationToken aborted)
    {
        using var time = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, aborted);
        try
        {
            var all = await referrers.OfAsync(repository, either.Token).ConfigureAwait(false);
            return ImageIndex.Parse(all.Page(subject, artifactType: null, last: null, rules).Index);
        }
        catch (Exception e) when (e is UpstreamsFailedException or InvalidDataException or IOException or FormatException or DeniedException || (e is OperationCanceledException && !aborted.IsCancellationRequested))
        {
            return null;
        }
    }
}

/// <summary>What came of a look.</summary>
internal abstract record Seen
{
    internal sealed record Tags(RepositoryPage Page) : Seen;

    internal sealed record Image(ImagePage Page) : Seen;

    /// <param name="Address">Below the beginning of all paths.</param>
    internal sealed record Elsewhere(string Address) : Seen;

    internal sealed record Wrong(RegistryError Error) : Seen;
}
