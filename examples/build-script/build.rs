//! Generates the client of `shop.yaml`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    yundb_generator::Builder::new("shop.yaml").generate_into(std::env::var("OUT_DIR")?)?;
    Ok(())
}
