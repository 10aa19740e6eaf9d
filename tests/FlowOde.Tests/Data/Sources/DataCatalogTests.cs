using FlowOde.Data.Sources;
using FlowOde.Data.Tables;

namespace FlowOde.Tests.Data.Sources;

public sealed class DataCatalogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("flowode-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Resolve_OfANameOrPath_GivesItsKindOfSource()
    {
        File.WriteAllText(Path.Combine(_folder, "mine.csv"), "a,b\n1,2\n3,4\n");
        Assert.IsType<ToySource>(Resolve("Moons"));
        Assert.IsType<TableSource>(Resolve("iris"));
        Assert.IsType<PictureSource>(Resolve("flower"));
        Assert.Equal(2, Assert.IsType<TableSource>(Resolve("mine.csv")).Table.RowCount);
        Assert.IsType<TableSource>(Resolve(Path.Combine(_folder, "mine.csv")));
    }

    [Fact]
    public void Names_AreAllDifferentAndResolve()
    {
        Assert.Equal(DataCatalog.Names.Count, DataCatalog.Names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(DataCatalog.Names, name => Assert.Equal(name, Resolve(name).Name));
    }

    [Fact]
    public void Resolve_OfANameThatIsAlsoAFile_NamesBothAndTheWayOut()
    {
        File.WriteAllText(Path.Combine(_folder, "moons"), "x");
        Assert.Contains("./moons", Refusal("moons"), StringComparison.Ordinal);
        Assert.Contains("unknown kind of file", Refusal("./moons"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mons", "Did you mean 'moons'?")]
    [InlineData("checkboard", "Did you mean 'checkerboard'?")]
    [InlineData("zzzzzzzz", "Names: 8gaussians")]
    [InlineData("minne.csv", "Did you mean 'mine.csv'?")]
    [InlineData("there/is/no.csv", "no file")]
    [InlineData("a\0b", "zero character")]
    public void Resolve_OfAnUnknownName_SuggestsANearOne(string name, string expected)
    {
        File.WriteAllText(Path.Combine(_folder, "mine.csv"), "a,b\n1,2\n");
        Assert.Contains(expected, Refusal(name), StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_OfWhatCannotBeRead_SaysWhy()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "deep"));
        File.WriteAllText(Path.Combine(_folder, "t.xls"), "1");
        Assert.Contains("holds no pictures", Refusal("deep"), StringComparison.Ordinal);
        Assert.Contains(".csv", Refusal("t.xls"), StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_OfAToyWithTableOptions_RefusesRatherThanIgnores()
    {
        var problem = Assert.Throws<DataFormatException>(() => DataCatalog.Resolve("moons", new() { Columns = ["x"], Header = HeaderMode.Yes }));
        Assert.Contains("--columns, --header", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("moons", "moons")]
    [InlineData("mooons", "moons")]
    [InlineData("omons", "moons")]
    [InlineData("PINWHEELS", "pinwheel")]
    [InlineData("xq", null)]
    [InlineData("", null)]
    public void Suggest_OfATypo_FindsTheNameOrNothing(string name, string? expected) =>
        Assert.Equal(expected, NearestName.Suggest(name, ["moons", "pinwheel", "ab"]));

    private DataSource Resolve(string name) => DataCatalog.Resolve(name, new(), folder: _folder);

    private string Refusal(string name) => Assert.Throws<DataFormatException>(() => Resolve(name)).Message;
}
