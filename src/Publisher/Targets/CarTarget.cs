using Image2Ipfs.Ipfs;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Targets;

/// <summary>A CARv1 with every block, depth first, each once: what <c>ipfs dag import</c> takes.</summary>
internal sealed class CarTarget(string file) : ITarget
{
    public string Name => file;

    public Task<Delivery> SendAsync(StoredRoot root, PublishProgress progress, CancellationToken cancel)
    {
        var partial = $"{file}.{Path.GetRandomFileName()}.partial";
        try
        {
            using (var car = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1024 * 1024))
            {
                car.Write(Car.Header(root.Cid));
                foreach (var block in root.VerifiedBlocks())
                {
                    cancel.ThrowIfCancellationRequested();
                    Car.WriteSection(car, block);
                }
                car.Flush(flushToDisk: true);
            }
            File.Move(partial, file, overwrite: true);
        }
        finally
        {
            // Without a question first, it would throw where the folder is not there either.
            if (File.Exists(partial))
                File.Delete(partial);
        }
        return Task.FromResult(new Delivery(Name));
    }
}
