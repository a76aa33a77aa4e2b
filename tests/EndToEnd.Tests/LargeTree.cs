using Image2Ipfs.Testing;

namespace Image2Ipfs.EndToEnd.Tests;

/// <summary><see cref="LargeArchive"/>, published into a folder and a CAR.</summary>
public sealed class LargeTree(Site site) : IAsyncLifetime
{
    public Published Published { get; private set; } = null!;

    public PublishedRoot Root => Published.Root;

    public string Folder { get; private set; } = "";

    public string Car { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (!EndToEnd.Wanted)
            return;
        (Folder, Car) = (site.NewPath("tree"), site.NewPath("tree.car"));
        var archive = site.NewPath("large.tar");
        await LargeArchive.WriteAsync(archive);
        Published = await site.Publisher.PublishAsync(archive, "--to", $"dir:{Folder}", "--to", $"car:{Car}");
    }

    public ValueTask DisposeAsync() => default;
}
