using Image2Ipfs.Store;

namespace Image2Ipfs.Tests;

public sealed class DefaultFolderTests : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable(LocalStore.Variable);

    public void Dispose() => Environment.SetEnvironmentVariable(LocalStore.Variable, _before);

    [Fact]
    public void The_environment_names_the_folder()
    {
        Environment.SetEnvironmentVariable(LocalStore.Variable, "some/where");
        Assert.Equal("some/where", LocalStore.DefaultFolder());
        Assert.Equal(Path.GetFullPath("some/where"), new LocalStore(LocalStore.DefaultFolder()).Folder);
    }

    [Fact]
    public void Without_it_the_folder_is_in_the_users_data()
    {
        Environment.SetEnvironmentVariable(LocalStore.Variable, "");
        Assert.Equal("image2ipfs", Path.GetFileName(LocalStore.DefaultFolder()));
        Assert.True(Path.IsPathRooted(LocalStore.DefaultFolder()));
    }
}
